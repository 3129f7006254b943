package models

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rule names the rule that a value breaks, so that a page can say it in the visitor's language.
type Rule string

// The rules. Those with a limit carry it in [Problem.Limit].
const (
	Required    Rule = "required"
	Empty       Rule = "empty" // it may be absent, but not be there and say nothing
	NotJSON     Rule = "not_json"
	NotObject   Rule = "not_object"
	NotText     Rule = "not_text"
	NotNumber   Rule = "not_number"
	NotWhole    Rule = "not_whole"
	NotBool     Rule = "not_bool"
	NotList     Rule = "not_list"
	NotTime     Rule = "not_time"
	NotSet      Rule = "not_set" // here: the shop works it out, or it is set elsewhere
	NotID       Rule = "not_id"
	NotHash     Rule = "not_hash"
	NotPassword Rule = "not_password"
	NotUTF8     Rule = "not_utf8"
	NotEmail    Rule = "not_email"
	NotName     Rule = "not_name"
	NotPicture  Rule = "not_picture"
	NoPicture   Rule = "no_picture"
	NotOneOf    Rule = "not_one_of"
	Another     Rule = "another"
	NotZone     Rule = "not_zone"
	NotPhone    Rule = "not_phone"
	NotTel      Rule = "not_tel" // of a telephone number as one writes it at home
	NotCurrency Rule = "not_currency"
	FinerMoney  Rule = "finer_money" // of a currency whose smallest unit no amount is
	SameUnit    Rule = "same_unit"   // of a currency where there are orders in another: the rule of the shop
	NotCountry  Rule = "not_country"
	NoGoods     Rule = "no_goods"   // of a cart that nothing can be bought from
	NotServed   Rule = "not_served" // of an address that no delivery reaches
	Control     Rule = "control"
	Unseen      Rule = "unseen"
	Hidden      Rule = "hidden"
	Decimals    Rule = "decimals"
	WholeMoney  Rule = "whole_money" // of an amount in a currency without decimals: the rule of the shop
	TooLong     Rule = "too_long"
	TooMany     Rule = "too_many"
	NoneOrMany  Rule = "none_or_many" // as is too_many, of a list that must have some
	NoWord      Rule = "no_word"
	ManyWords   Rule = "many_words"
	Changed     Rule = "changed"   // since it was read: the rule of a store, not of a value
	Recounted   Rule = "recounted" // as is this, of a stock
	Fewer       Rule = "fewer"     // and this, of more that go than there are
	KeptBack    Rule = "kept_back" // and this, of a count below what open orders hold
	Gone        Rule = "gone"      // what it names is not there
	Scarce      Rule = "scarce"    // more than can be bought: the rule of the shop
	OffSale     Rule = "off_sale"  // as is this, of what cannot be bought at all
	TooSmall    Rule = "too_small"
	TooLarge    Rule = "too_large"
	NotHigher   Rule = "not_higher" // of a price before
	Derived     Rule = "derived"    // of a figure that goes by the variants
	Choose      Rule = "choose"     // of a variant: the limit names those that there are
	NotCounted  Rule = "not_counted"
	OneOnly     Rule = "one_only" // of two fields of which one says all; the limit names the other
	Held        Rule = "held"     // by open orders, of what cannot go as long as it is

	TwoReadings Rule = "two_readings" // of a figure like 25.000; the limit names both
	Twice       Rule = "twice"        // a name of a JSON object, or of a query

	Taken Rule = "taken" // another value has it: the rule of a store, not of a value

	TooShort Rule = "too_short"
	Common   Rule = "common" // of a password that everybody knows
	Wrong    Rule = "wrong"  // of a password that is not the one there is
)

var reasons = map[Rule]string{
	Required:    "is required",
	Empty:       "must not be empty (leave it out where nothing is meant)",
	NotJSON:     "must be valid JSON",
	NotObject:   "must be a JSON object",
	NotText:     "must be text",
	NotNumber:   "must be a number",
	NotWhole:    "must be a whole number",
	NotBool:     "must be true or false",
	NotList:     "must be a list",
	NotTime:     "must be a time like 2026-11-23T12:00:00.000Z",
	NotSet:      "must be left out: it cannot be set here",
	NotID:       "must be an id of 24 hex digits, not all of them zeros",
	NotHash:     "must be a SHA-256 of 64 lower-case hex digits",
	NotPassword: "must be the hash of a password as this shop makes it, or empty: then `pulperia people reset EMAIL` makes a link to set one",
	NotUTF8:     "must be valid UTF-8",
	NotEmail:    "must be a bare e-mail address like ana@example.com",
	NotName:     `must not contain any of < > " @`,
	NotPicture:  "must be an absolute path or an http(s) URL of at most %s characters",
	NoPicture:   "must be a JPEG, PNG, WebP or GIF that can be decoded",
	NotOneOf:    "must be one of %s",
	Another:     "must be left out or %s, which the item names already",
	NotZone:     "must be a time zone like America/Argentina/Buenos_Aires",
	NotPhone:    "must be a telephone number with its country's code, 8 to 15 digits, like 5491122334455",
	NoGoods:     "has nothing in it: put something into it first",
	NotTel:      "must be a telephone number, 6 to 15 digits, like +54 9 11 2233-4455",
	NotCurrency: "must be the three letters of a currency, like ARS",
	FinerMoney:  "must be a currency of at most %s decimals",
	SameUnit:    "must have %s decimals, as the currency of the orders that there are",
	NotCountry:  "must be the two letters of a country, like AR",
	NotServed:   "is where the shop does not deliver to",
	Control:     "must not contain control characters",
	Unseen:      "must show something: all its characters are invisible",
	Hidden:      "must not contain characters that cannot be seen",
	Decimals:    "must have at most %s decimals",
	WholeMoney:  "must be whole: the currency has no decimals",
	TooLong:     "must have at most %s characters",
	TooMany:     "must have at most %s entries",
	NoneOrMany:  "must have between 1 and %s entries",
	NoWord:      "must have a letter or a digit",
	ManyWords:   "must have at most %s words",
	Changed:     "is no longer what it was: rev is %s now",
	Recounted:   "is no longer what there is: that is %s now",
	Fewer:       "would be below 0: there are only %s on the shelf that no open order holds",
	KeptBack:    "would be below what open orders hold: these are %s, and lie on the shelf until they are handed over",
	Gone:        "must be in the catalogue, or in the cart already and no more of it",
	Scarce:      "must be at most %s: no more of it can be bought",
	OffSale:     "must be %s: it is sold out or off sale",
	TooSmall:    "must be at least %s",
	TooLarge:    "must be at most %s",
	NotHigher:   "must be more than the price (%s), or left out",
	Derived:     "must be left out or %s, which its variants make of it",
	Choose:      "must be the _id of a variant: %s",
	OneOnly:     "must be left out where there are %s: give either of the two",
	NotCounted:  "must be left alone: it is not counted (set counted to true first)",

	Held: "must stay as it is while %s pieces of it are in open orders: take it off sale, or end these orders",

	TwoReadings: "can be read in two ways: %s",
	Twice:       "is given twice",

	Taken: "is already taken",

	TooShort: "must have at least %s characters",
	Common:   "must not be one of the commonest passwords",
	Wrong:    "is not the right one",
}

// Problem is one field that breaks one rule.
type Problem struct {
	Field  string // as the JSON form spells it, such as "price" or "products[2].quantity"
	Rule   Rule
	Limit  string // what the rule allows, when it has a limit
	Got    string // what was given, shortened; empty when nothing was
	Detail string // more about the cause, for a developer; may be empty
}

// Reason says in English what is asked for and what was given.
func (p Problem) Reason() string {
	text := reasons[p.Rule]
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, p.Limit)
	}
	if p.Detail != "" {
		text += " (" + p.Detail + ")"
	}
	if p.Got != "" {
		text += "; got " + p.Got
	}
	return text
}

// Invalid is the error of a value that breaks rules: every bad field, in the order of the fields.
type Invalid []Problem

// Error names every field and its reason.
func (v Invalid) Error() string {
	parts := make([]string, len(v))
	for i, p := range v {
		parts[i] = p.Field + " " + p.Reason()
	}
	return strings.Join(parts, "; ")
}

// Err returns the list as an error, or nil when it is empty.
func (v Invalid) Err() error {
	if len(v) == 0 {
		return nil
	}
	return v
}

// Has says whether a problem of the field is listed.
func (v Invalid) Has(field string) bool {
	for _, p := range v {
		if p.Field == field {
			return true
		}
	}
	return false
}

// SortEntries puts problems of a list's entries in the order of the entries, behind all others.
func (v Invalid) SortEntries() {
	entry := func(p Problem) int {
		_, rest, _ := strings.Cut(p.Field, "[")
		place, _, _ := strings.Cut(rest, "]")
		n, err := strconv.Atoi(place)
		if err != nil {
			return -1
		}
		return n
	}
	slices.SortStableFunc(v, func(a, b Problem) int { return entry(a) - entry(b) })
}

// Add notes that a field breaks a rule. limit is what the rule allows, or nil; got shows what was
// given, or is empty.
func (v *Invalid) Add(field string, rule Rule, limit any, got string) {
	p := Problem{Field: field, Rule: rule, Got: got}
	if limit != nil {
		p.Limit = fmt.Sprint(limit)
	}
	*v = append(*v, p)
}

func checkRange[N ~int64](v *Invalid, field string, value, least, most N) {
	switch {
	case value < least:
		v.Add(field, TooSmall, least, fmt.Sprint(value))
	case value > most:
		v.Add(field, TooLarge, most, fmt.Sprint(value))
	}
}

// quote shows a value of unknown length and content in an error.
func quote(text string) string { return strconv.Quote(shortened(text)) }

// Quoted shows a value of unknown length and content in the error of another package.
func Quoted(text string) string { return quote(text) }

// quoteHidden is quote for a text in which something is to be seen that no font shows.
func quoteHidden(text string) string { return strconv.QuoteToASCII(shortened(text)) }

func shortened(text string) string {
	const most = 60
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return text
}
