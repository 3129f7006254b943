package dao_test

import (
	"testing"

	"pulperia/dao"
	"pulperia/dao/models"
)

func TestBatchLen(t *testing.T) {
	b := dao.Batch{Products: make([]models.Product, 1), Carts: make([]models.Cart, 2), Messages: make([]models.Message, 4)}
	if got := b.Len(); got != 7 {
		t.Errorf("a batch of 1, 2 and 4 values has %d", got)
	}
}
