// Package models holds the values of the shop and the rules of its trade: what a product, a cart
// and a message may be.
//
// Nothing here reads or writes anything. Engines store what these types allow, routes show it, and
// both ask the same methods, so that a rule stands in one place. A value that breaks a rule is
// refused with [Invalid], which names every bad field at once.
package models
