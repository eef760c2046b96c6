# Machine-made: no native has read it yet.

## Files

media-nothing-here = No hay nada en esta dirección.
media-busy = El archivo no se puede leer ahora. Intenta de nuevo más tarde.
media-not-loaded = [no se pudo cargar { $name }]
media-not-loaded-unnamed = [no se pudo cargar el archivo]
said-not-address = esto no es una dirección
said-media-unknown = no se subió a esta fuente ningún archivo con este ID
said-media-no-room = los { $most } MB de la cuenta para archivos están llenos; no acepta más hasta que se eliminen los antiguos
said-media-empty = el archivo está vacío
said-media-compressed = envía el archivo sin comprimir, sin Content-Encoding
said-media-form = envía el archivo con su propio tipo o application/octet-stream, o un formulario como multipart/form-data
said-media-no-file = el formulario no tiene archivo
