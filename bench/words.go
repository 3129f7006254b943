package main

import (
	"math/rand/v2"
	"strings"
)

// tongue draws words as texts have them: a few are everywhere and most are rare (Zipf's law).
type tongue struct {
	words []string
	rank  *rand.Zipf
}

// newTongue has words of which the frequent ones are Spanish, and the rare ones sound like it: a
// catalogue is full of brands and names.
func newTongue(random *rand.Rand, size int) *tongue {
	words := strings.Fields(frequent)
	known := map[string]bool{}
	for _, word := range words {
		known[word] = true
	}
	for len(words) < size {
		if word := rareWord(random); !known[word] {
			known[word] = true
			words = append(words, word)
		}
	}
	return &tongue{words, rand.NewZipf(random, 1.1, 4, uint64(size-1))}
}

func rareWord(random *rand.Rand) string {
	onsets := strings.Fields("b c d f g h j l ll m n ñ p qu r s t v y z br cl cr dr fl gr pl pr tr")
	vowels := strings.Fields("a e i o u a e o á é í ó ie ue")
	codas := []string{"", "", "", "n", "r", "s", "l"}
	var word strings.Builder
	for range 2 + random.IntN(3) {
		word.WriteString(pick(random, onsets) + pick(random, vowels) + pick(random, codas))
	}
	return word.String()
}

func pick(random *rand.Rand, from []string) string { return from[random.IntN(len(from))] }

func (l *tongue) word() string { return l.words[l.rank.Uint64()] }

// text draws words until they make at least size bytes.
func (l *tongue) text(size int) string {
	var text strings.Builder
	for text.Len() < size {
		if text.Len() > 0 {
			text.WriteByte(' ')
		}
		text.WriteString(l.word())
	}
	return text.String()
}

// frequent are words of a shop and of the language, the most frequent first.
const frequent = `de la con para y en el por del al sin los las más un una que es se su como yerba mate kilo gramos litro
paquete botella caja bolsa lata frasco unidad docena media cuarto entero fresco seco dulce salado amargo suave fuerte
natural integral orgánico casero artesanal criollo campo cosecha molienda estacionada gruesa fina tostado ahumado
horneado cocido crudo blanco negro rojo verde amarillo azul grande chico mediano largo corto ancho angosto nuevo usado
harina azúcar sal aceite vinagre arroz fideos polenta lentejas porotos garbanzos avena maíz trigo centeno leche queso
manteca crema yogur huevos pan galletas bizcochos facturas medialunas alfajores torta budín membrillo batata zapallo
papa cebolla ajo tomate lechuga zanahoria acelga espinaca choclo morrón limón naranja mandarina pomelo manzana pera
uva durazno frutilla banana miel mermelada chocolate caramelo café té cacao jugo soda agua vino cerveza sidra caña
ginebra grapa vermú carne vaca cerdo pollo cordero chorizo morcilla salame jamón panceta asado costilla matambre
pescado atún sardina merluza aceituna pickle mostaza mayonesa ketchup chimichurri orégano pimentón comino laurel
pimienta ají nuez almendra maní pasas vela fósforo jabón lavandina esponja trapo balde escoba cepillo papel servilleta
cuchillo tenedor cuchara plato vaso taza jarra olla sartén pava termo bombilla calabaza parrilla carbón leña soga
alambre clavo martillo tenaza pinza destornillador lámpara pila cable lana hilo aguja botón tela lona cuero bota
alpargata boina poncho faja rebenque montura estribo freno bozal cencerro farol candil damajuana barril cajón canasto
estante mostrador balanza cuaderno lápiz goma tijera mapa diario revista naipes dados guitarra cuerda armónica bombo
calidad precio oferta envase retornable vence conservar lugar abrir servir mezclar calentar minutos ideal
todos días mañana tarde noche familia amigos vecinos barrio pueblo pulpería almacén siempre mejor sabor aroma tradición`
