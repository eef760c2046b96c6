## Files

media-nothing-here = There is nothing at this address.
media-busy = The file cannot be read right now. Try again later.
media-not-loaded = [{ $name } could not be loaded]
media-not-loaded-unnamed = [the file could not be loaded]
said-not-address = this is not an address
said-media-unknown = no file with this id was uploaded to this source
said-media-no-room = the account’s { $most } MB for files are full; it accepts no more until older ones are deleted
said-media-empty = the file is empty
said-media-compressed = send the file uncompressed, without Content-Encoding
said-media-form = send the file itself with its own type or application/octet-stream, or a form as multipart/form-data
said-media-no-file = the form holds no file
