package walk

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
)

// bothWays gets a page as who was there before sees it, and as who comes for the first time.
func (s *shop) bothWays(path, cookie string, check func(body string) error) error {
	again, err := s.open(path, cookie)
	if err == nil {
		err = check(again)
	}
	if err != nil {
		return fmt.Errorf("%s, for who was there before: %w", path, err)
	}
	a, err := s.send("GET", path, "", "Cookie", cookie, "Accept-Language", "en")
	if err == nil && a.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", a.StatusCode)
	}
	if err == nil {
		err = check(a.Text)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

var (
	cardForm = regexp.MustCompile(`(?s)<li class="card" id="p-([0-9a-f]{24})".*?data-show="title">(.*?)</a>` +
		`.*?data-show="category">(.*?)</bdi>.*?data-show="price">(.*?)</p>.*?class="stock stock--(\w+)".*?<(\w+) class="card__buy"`)
	productForm = regexp.MustCompile(`(?s)<article class="product" data-product="([0-9a-f]{24})".*?data-show="category">(.*?)</bdi>` +
		`.*?<h1 data-show="title">(.*?)</h1>.*?data-show="price">(.*?)</span>.*?class="stock stock--(\w+)"` +
		`.*?data-show="description" data-source="(.*?)">.*?data-show="code">(.*?)</bdi>`)
	variantForm = regexp.MustCompile(`(?s)<label class="variant" id="v-([0-9a-f]{24})".*?data-show="variantName">(.*?)</bdi>` +
		`.*?data-show="variantPrice">(.*?)</span>.*?class="stock stock--(\w+)"`)
	lineForm   = regexp.MustCompile(`(?s)<li class="line[^"]*" id="p-([0-9a-f]{24}(?:-[0-9a-f]{24})?)">.*?name="quantity"[^>]* value="(\d+)"`)
	totalForm  = regexp.MustCompile(`(?s)<p class="sum__total">.*?<strong[^>]*>(.*?)</strong>`)
	bubbleForm = regexp.MustCompile(`(?s)<li class="bubble[^"]*" id="m-([0-9a-f]{24})">.*?<p class="bubble__text">(.*?)</p>`)
)

// listPages looks at both lists of the shop's goods. Their order is the shop's.
func listPages(w *walk, s *shop) error {
	want := map[string]string{}
	for id, p := range w.model.products {
		if !p.Status {
			continue // it is not on sale
		}
		want[id] = strings.Join([]string{p.Title, p.Category, shown(p.Price), stockState(p), buying(p)}, " | ")
	}
	for _, path := range []string{"/", "/products?limit=100"} {
		err := s.bothWays(path, "", func(body string) error {
			got := map[string]string{}
			for _, found := range cardForm.FindAllStringSubmatch(body, -1) {
				got[found[1]] = html.UnescapeString(strings.Join(found[2:], " | "))
			}
			return differs(want, got)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// productPages looks at the page of each product, and of those that are gone: nobody may be sold
// what is not there.
func productPages(w *walk, s *shop) error {
	for _, id := range keys(w.model.products) {
		p := w.model.products[id]
		want := strings.Join([]string{p.ID, p.Category, p.Title, shown(p.Price), stockState(p), p.Description, p.Code}, " | ")
		for _, one := range p.Variants {
			state := stockState(product{Status: p.Status, Stock: one.Stock})
			want += "\n" + strings.Join([]string{one.ID, one.Options[option], shown(one.Price), state}, " | ")
		}
		err := s.bothWays("/products/"+id, "", func(body string) error {
			found := productForm.FindStringSubmatch(body)
			if found == nil {
				return fmt.Errorf("no product stands there:\n%s", body)
			}
			got := html.UnescapeString(strings.Join(found[1:], " | "))
			for _, one := range variantForm.FindAllStringSubmatch(body, -1) {
				got += "\n" + html.UnescapeString(strings.Join(one[1:], " | "))
			}
			return differs(want, got)
		})
		if err != nil {
			return err
		}
	}
	for _, id := range w.gone {
		if body, err := s.open("/products/"+id, ""); err == nil {
			return fmt.Errorf("/products/%s, which was deleted, is still sold to who was there before (%d bytes)", id, len(body))
		}
		if err := isGone(s, "/products/"+id); err != nil {
			return err
		}
	}
	return nil
}

// cartPages looks at each cart as who has it sees it.
func cartPages(w *walk, s *shop) error {
	for _, id := range keys(w.model.carts) {
		want, total := "", cents(0)
		for _, one := range w.model.carts[id].Products {
			want += one.Product
			if one.Variant != "" {
				want += "-" + one.Variant
			}
			want += fmt.Sprintf(" %d\n", one.Quantity)
			if one.Quantity <= w.model.leftOf(one.choice()) {
				total += w.model.priceOf(one.choice()) * cents(one.Quantity)
			}
		}
		if want != "" {
			want += shown(total)
		}
		err := s.bothWays("/cart", "cart="+id, func(body string) error {
			got := ""
			for _, found := range lineForm.FindAllStringSubmatch(body, -1) {
				got += found[1] + " " + found[2] + "\n"
			}
			if sum := totalForm.FindStringSubmatch(body); sum != nil {
				got += html.UnescapeString(sum[1])
			}
			return differs(want, got)
		})
		if err != nil {
			return fmt.Errorf("cart %s: %w", id, err)
		}
	}
	return nil
}

// chatPage looks at the newest messages.
func chatPage(w *walk, s *shop) error {
	const most = 50
	want := ""
	for _, one := range w.model.messages[max(0, len(w.model.messages)-most):] {
		want += one.ID + " " + one.Message + "\n"
	}
	return s.bothWays("/chat", "", func(body string) error {
		got := ""
		for _, found := range bubbleForm.FindAllStringSubmatch(body, -1) {
			got += found[1] + " " + html.UnescapeString(found[2]) + "\n"
		}
		return differs(want, got)
	})
}

// shown is an amount as pages show it: $1,234.50.
func shown(c cents) string {
	digits := fmt.Sprint(int64(c / 100))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return fmt.Sprintf("$%s.%02d", digits, c%100)
}

// buying is what a card offers: a form that adds the product to the cart, or a way to its page where
// a variant is to be chosen.
func buying(p product) string {
	if len(p.Variants) > 0 {
		return "p"
	}
	return "form"
}

// stockState is the word by which pages say how much is left.
func stockState(p product) string {
	switch {
	case !p.Status:
		return "off"
	case p.Stock <= 0:
		return "out"
	case p.Stock <= 5:
		return "few"
	}
	return "in"
}
