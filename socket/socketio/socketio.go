// Package socketio is the language of Socket.IO clients: the forms of Engine.IO 4 (engine.go) and of
// Socket.IO 5 on top of it (packet.go), by which events those who answered the same assignment call
// what happens in a shop (names.go), and how they write it (said.go, shown.go). It has no input or
// output of its own: package socket speaks it.
//
// The forms are those of https://github.com/socketio/engine.io-protocol and
// https://github.com/socketio/socket.io-protocol.
package socketio
