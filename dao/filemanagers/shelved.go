package filemanagers

import "pulperia/dao/models"

// shelved is a product as it lies in memory. What few products have stands apart: a hundred
// thousand that have none of it take up thirteen megabytes less.
type shelved struct {
	id                                 models.ID
	status                             bool
	title, description, code, category string
	price                              models.Money
	stock                              int64
	thumbnails                         []string
	created, updated                   models.Time
	rev                                int64
	more                               *more // nil where there is none of it
}

// more is what a product of before does not have.
type more struct {
	compareAt            models.Money
	uncounted            models.Uncounted
	held                 int64
	tax, vendor, barcode string
	tags                 []string
	variants             []models.Variant
}

// shelve takes over what a product holds.
func shelve(p *models.Product) *shelved {
	s := &shelved{
		p.ID, p.Status, p.Title, p.Description, p.Code, p.Category, p.Price, p.Stock, p.Thumbnails, p.CreatedAt, p.UpdatedAt, p.Rev, nil,
	}
	rest := more{p.CompareAt, p.Uncounted, p.Held, p.Tax, p.Vendor, p.Barcode, p.Tags, p.Variants}
	if rest.compareAt != 0 || rest.uncounted || rest.held != 0 || rest.tax != "" || rest.vendor != "" || rest.barcode != "" ||
		rest.tags != nil || rest.variants != nil {
		s.more = &rest
	}
	return s
}

// product returns it. Texts and lists are those on the shelf, which nobody changes.
func (s *shelved) product() models.Product {
	p := models.Product{
		ID: s.id, Title: s.title, Description: s.description, Code: s.code, Price: s.price, Status: s.status, Stock: s.stock,
		Category: s.category, Thumbnails: s.thumbnails, CreatedAt: s.created, UpdatedAt: s.updated, Rev: s.rev,
	}
	if m := s.more; m != nil {
		p.CompareAt, p.Uncounted, p.Held, p.Tax = m.compareAt, m.uncounted, m.held, m.tax
		p.Vendor, p.Barcode, p.Tags, p.Variants = m.vendor, m.barcode, m.tags, m.variants
	}
	return p
}
