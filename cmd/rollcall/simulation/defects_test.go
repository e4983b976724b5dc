package simulation

// defect is something wrong that is put into the product on purpose, to see whether it is found.
type defect struct {
	name          string
	spoilStore    func(*parts) // the store, the directory
	spoilRegistry func(*parts) // what the bot and the adapters see of the store
	spoil         func(*parts) // everything else
}
