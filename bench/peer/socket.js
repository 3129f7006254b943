import { Server } from 'socket.io'

// chat serves Socket.IO, and returns what tells everybody of a stored message.
export function chat(server, store) {
  const io = new Server(server, { transports: ['websocket', 'polling'], serveClient: false })
  const say = message => io.emit('message', message)
  io.on('connection', socket => {
    socket.on('message', async ({ user, message }, done) => {
      try {
        const stored = await store.append({ user, message })
        say(stored)
        done?.({ id: stored._id })
      } catch {
        done?.({ error: 'unavailable' })
      }
    })
  })
  return say
}
