package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"pulperia/dao/models"
)

// generator makes the products and messages of a run. The same seed makes the same ones.
type generator struct {
	*rand.Rand
	*tongue
	categories []string
	category   *rand.Zipf
}

func newGenerator(seed uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, seed))}
	g.tongue = newTongue(g.Rand, 20_000)
	for i := range 40 {
		g.categories = append(g.categories, g.words[60+i*5])
	}
	g.category = rand.NewZipf(g.Rand, 1.5, 20, 39) // the largest has some ten times as many products as the smallest
	return g
}

// The sizes that make a product about 700 bytes of JSON, and a message about 200.
const (
	titleSize, descriptionSize = 24, 380
	messageSize                = 92
)

// item is a product as the course's products.json has it: without what the store adds.
type item struct {
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Code        string       `json:"code"`
	Price       models.Money `json:"price"`
	Status      bool         `json:"status"`
	Stock       int          `json:"stock"`
	Category    string       `json:"category"`
	Thumbnails  []string     `json:"thumbnails"`
}

func (g *generator) product(i int) item {
	code := fmt.Sprintf("%s-%06d", strings.ToUpper(g.word()), i)
	return item{
		Title: g.text(titleSize), Description: g.text(descriptionSize), Code: code,
		Price: g.price(), Status: g.IntN(20) > 0, Stock: g.IntN(60),
		Category:   g.categories[g.category.Uint64()],
		Thumbnails: []string{fmt.Sprintf("/img/%06d.webp", i), fmt.Sprintf("/img/%06d-2.webp", i)},
	}
}

// price is from 1 to 10,000, and low ones are more frequent.
func (g *generator) price() models.Money {
	fraction := g.Float64()
	return models.Money(100+999_900*fraction*fraction) * models.One / 100
}

// writeProducts writes products as a file to import.
func (g *generator) writeProducts(path string, n int) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	list := make([]item, n)
	for i := range list {
		list[i] = g.product(i)
	}
	encoder := json.NewEncoder(file)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}

// message has no id: the store makes one.
func (g *generator) message() models.Message {
	return models.Message{User: g.rareUser(), Message: g.text(messageSize)}
}

func (g *generator) rareUser() string { return fmt.Sprintf("vecino%05d@example.com", g.IntN(50_000)) }

// history makes n messages with ids and times, one a second up to now.
func (g *generator) history(n int) []models.Message {
	from := time.Now().Add(-time.Duration(n) * time.Second)
	list := make([]models.Message, n)
	for i := range list {
		at := from.Add(time.Duration(i) * time.Second)
		list[i] = g.message()
		list[i].ID, list[i].CreatedAt = g.id(at), models.TimeOf(at)
	}
	return list
}

func (g *generator) id(at time.Time) (id models.ID) {
	binary.BigEndian.PutUint32(id[:4], uint32(at.Unix()))
	binary.BigEndian.PutUint64(id[4:], g.Uint64())
	return id
}
