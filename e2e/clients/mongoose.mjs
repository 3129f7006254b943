// Another shop on our database: a mongoose application with the assignment's schemas. PACKAGE says in which version.
//
//   node mongoose.mjs PACKAGE URL read             prints {products, carts, messages} as it sees them, carts with their products in place
//   node mongoose.mjs PACKAGE URL insert TITLE     inserts a product, a cart with two of it, and a message, and prints their ids
//   node mongoose.mjs PACKAGE URL change CODE      raises the price of the product with a code by 0.25, sells one, and puts one more into each cart that has it
//   node mongoose.mjs PACKAGE URL raw              prints the documents as they stand in the database
//   node mongoose.mjs PACKAGE URL spill            writes documents past the schemas, as other programs may
const [version, url, act, argument] = process.argv.slice(2)
const {default: mongoose} = await import(version)
const {Schema, model} = mongoose

const Product = model("Product", new Schema({
  title: {type: String, required: true},
  description: {type: String, required: true},
  code: {type: String, required: true, unique: true},
  price: {type: Number, required: true},
  status: {type: Boolean, default: true},
  stock: {type: Number, required: true},
  category: {type: String, required: true},
  thumbnails: {type: [String], default: []},
}))
const Cart = model("Cart", new Schema({
  products: [{product: {type: Schema.Types.ObjectId, ref: "Product"}, quantity: {type: Number, default: 1}}],
}))
const Message = model("Message", new Schema({user: String, message: String}))

const acts = {
  async read() {
    const [products, carts, messages] = await Promise.all([
      Product.find().sort("_id"), Cart.find().sort("_id").populate("products.product"), Message.find().sort("_id"),
    ])
    const kind = value => value instanceof mongoose.Types.ObjectId ? "ObjectId" : typeof value
    return {
      products, messages,
      carts: carts.map(cart => ({_id: cart._id, products: cart.products.map(item => ({title: item.product?.title, quantity: item.quantity}))})),
      kinds: products.map(p => [kind(p._id), kind(p.price), kind(p.stock), kind(p.status)].join(" ")),
    }
  },
  async insert() {
    const product = await Product.create({title: argument, description: "De otra tienda", code: argument, price: 99.9, stock: 3, category: "mongoose"})
    const cart = await Cart.create({products: [{product: product._id, quantity: 2}]})
    const message = await Message.create({user: "mongo@example.com", message: "Llegó " + argument})
    return {product: product._id, cart: cart._id, message: message._id}
  },
  async change() {
    const product = await Product.findOne({code: argument})
    product.price += 0.25
    product.stock--
    await product.save()
    for (const cart of await Cart.find({"products.product": product._id})) {
      cart.products.find(item => item.product.equals(product._id)).quantity++
      await cart.save()
    }
    return {}
  },
  async raw() {
    const all = collection => mongoose.connection.collection(collection).find().sort("_id").toArray()
    return {products: await all("products"), carts: await all("carts"), messages: await all("messages")}
  },
  async spill() {
    const db = mongoose.connection
    await db.collection("products").insertMany([
      {title: "Precio en letras", description: "d", code: "S-1", price: "12.50", stock: "4", category: "c", status: "true", thumbnail: "/demo/mate.svg", supplier: {name: "Beto"}},
      {title: "Sin estado ni código", description: "d", price: 7, stock: 1, category: "c"},
    ])
    await db.collection("carts").insertOne({products: [{product: "650000000000000000000001", quantity: "2"}], coupon: "X"})
    return {}
  },
}

// made makes a collection with its indexes, as an application does at its start. FerretDB sometimes fails to (1), or does not find the one that
// it has just made (26); at the next attempt it does.
async function made(model) {
  for (let tries = 1; ; tries++) {
    try {
      return await (tries === 1 ? model.init() : model.createIndexes())
    } catch (error) {
      if (tries === 5 || ![1, 26].includes(error.code)) throw error
      await new Promise(done => setTimeout(done, 50))
    }
  }
}

await mongoose.connect(url)
for (const model of [Product, Cart, Message]) await made(model)
console.log(JSON.stringify(await acts[act]()))
await mongoose.disconnect()
