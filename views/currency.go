package views

import (
	"maps"
	"slices"
)

// signs are those of currencies (ISO 4217) where they are used, for who has said which one it is.
var signs = map[string]string{
	"ARS": "$", "BOB": "Bs", "BRL": "R$", "CLP": "$", "COP": "$", "CRC": "₡", "CUP": "$", "DOP": "RD$",
	"EUR": "€", "GBP": "£", "GTQ": "Q", "HNL": "L", "MXN": "$", "NIO": "C$", "PAB": "B/.", "PEN": "S/",
	"PYG": "₲", "USD": "US$", "UYU": "$", "VES": "Bs.",
}

// SignOf returns the sign of a currency: its code where we know no other.
func SignOf(currency string) string {
	if sign, known := signs[currency]; known {
		return sign
	}
	return currency
}

// Currencies returns those whose sign is known.
func Currencies() []string { return slices.Sorted(maps.Keys(signs)) }
