package socket

import "github.com/gobwas/ws"

// reason says why a connection ended. It is the text of bye and of the close frame, and a label of
// the metrics.
//
//	reason       code  what happened                                   the client comes back
//	slow         4008  it did not take what was sent                   at once, from its position
//	idle         4009  no pong for 60 seconds                          at once, from its position
//	gone         4010  the store's past changed                        at once; it will be told to load afresh
//	shutdown     1001  the server stops                                later, with jitter
//	unavailable  1013  the store does not answer                       later, with jitter
//	policy       1008  no hello within 10 seconds                      later, with jitter
//	revoked      4001  who came in may no more, or something else      at once, from its position, as who he is
//	flood        4029  too many frames                                 later, with jitter, and slower
//	too_big      1009  a frame or a message over 64 KiB                never: it would do the same again
//	bad_frame    1002  what WebSocket does not allow                   never
//	bad_text     1007  text that is not UTF-8                          never
//	client       1000  the client said goodbye                         as it likes
//	lost         –     the line broke                                  at once, then with growing pauses
type reason string

// The reasons.
const (
	reasonSlow        reason = "slow"
	reasonIdle        reason = "idle"
	reasonGone        reason = "gone"
	reasonShutdown    reason = "shutdown"
	reasonUnavailable reason = "unavailable"
	reasonPolicy      reason = "policy"
	reasonRevoked     reason = "revoked"
	reasonFlood       reason = "flood"
	reasonTooBig      reason = "too_big"
	reasonBadFrame    reason = "bad_frame"
	reasonBadText     reason = "bad_text"
	reasonClient      reason = "client"
	reasonLost        reason = "lost"
)

// reasons returns all of them.
func reasons() []reason {
	return []reason{
		reasonSlow, reasonIdle, reasonGone, reasonShutdown, reasonUnavailable, reasonPolicy, reasonRevoked, reasonFlood, reasonTooBig,
		reasonBadFrame, reasonBadText, reasonClient, reasonLost,
	}
}

// code returns the WebSocket code: one of RFC 6455, section 7.4.1, where it fits, otherwise one of
// our own.
func (r reason) code() ws.StatusCode {
	switch r {
	case reasonSlow:
		return 4008
	case reasonIdle:
		return 4009
	case reasonGone:
		return 4010
	case reasonRevoked:
		return 4001
	case reasonFlood:
		return 4029
	case reasonShutdown:
		return ws.StatusGoingAway
	case reasonUnavailable:
		return 1013 // try again later: IANA's registry of close codes
	case reasonPolicy:
		return ws.StatusPolicyViolation
	case reasonTooBig:
		return ws.StatusMessageTooBig
	case reasonBadFrame:
		return ws.StatusProtocolError
	case reasonBadText:
		return ws.StatusInvalidFramePayloadData
	}
	return ws.StatusNormalClosure
}

// isFinal says whether the client is not to come back: it would do the same again.
func (r reason) isFinal() bool {
	return r == reasonTooBig || r == reasonBadFrame || r == reasonBadText
}

// isSaid says whether the client is told with bye. One that said goodbye or has gone is not.
func (r reason) isSaid() bool { return r != reasonClient && r != reasonLost }
