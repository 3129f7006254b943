package dao

import "context"

type patienceKey struct{}

// Patiently says that who waits for a feed under a context has nobody to tell of it: some seconds
// later is early enough. An engine that has to ask for what others wrote asks less often then.
func Patiently(ctx context.Context) context.Context {
	return context.WithValue(ctx, patienceKey{}, true)
}

// IsPatient says whether a context is one of Patiently.
func IsPatient(ctx context.Context) bool { return ctx.Value(patienceKey{}) != nil }
