package dbmanagers

import (
	"math/big"
	"strconv"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"
)

// The oracle is the rational number that the shortest digits denote.
func TestNumbersAgainstRationals(t *testing.T) {
	number := rapid.OneOf(
		rapid.Map(rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{0,20})?(e-?[0-9]{1,2})?`), func(text string) any { return text }),
		rapid.Map(rapid.StringMatching(`-?[0-9]{1,9}\.[0-9]{2}(49|5|50|4999)[0-9]?`), func(text string) any { return text }),
		anyNumber,
	)
	rapid.Check(t, func(t *rapid.T) {
		value := fields(t, "n", number.Draw(t, "number")).Lookup("n")
		wantMoney, wantWhole := rational(value)
		if got := moneyOf(value); int64(got) != wantMoney {
			t.Errorf("%s is %d thousandths, want %d", value, got, wantMoney)
		}
		if got, _ := wholeOf(value); got != wantWhole {
			t.Errorf("%s is rounded down to %d, want %d", value, got, wantWhole)
		}
	})
}

// rational is what moneyOf and wholeOf should read a number as, or a text that is one, reckoned
// without a limit of digits.
func rational(value bson.RawValue) (money, whole int64) {
	text := textOf(value)
	if f, ok := value.DoubleOK(); ok {
		text = strconv.FormatFloat(f, 'g', -1, 64)
	}
	number, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, 0 // no number
	}
	towardsZero := func(r *big.Rat) (n int64, inside bool) {
		all := new(big.Int).Quo(r.Num(), r.Denom())
		return all.Int64(), all.CmpAbs(new(big.Int).Exp(big.NewInt(10), big.NewInt(17), nil)) < 0
	}
	if _, inside := towardsZero(number); inside || value.Type == bson.TypeInt64 {
		whole = new(big.Int).Div(number.Num(), number.Denom()).Int64() // rounds down
	}
	fine := new(big.Rat).Mul(number, big.NewRat(1000, 1))
	if _, inside := towardsZero(fine); inside {
		money, _ = towardsZero(fine.Add(fine, big.NewRat(int64(fine.Sign()), 2))) // half of one away from zero, then towards it
	}
	return money, whole
}
