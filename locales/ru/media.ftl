## Файлы

media-nothing-here = По этому адресу ничего нет.
media-busy = Файл сейчас не читается, попробуйте позже.
media-not-loaded = [не удалось загрузить { $name }]
media-not-loaded-unnamed = [не удалось загрузить файл]
said-not-address = это не адрес
said-media-unknown = в этот источник не загружали файла с таким id
said-media-no-room = у аккаунта { $most } МБ файлов, больше не принимается, пока не удалятся старые
said-media-empty = файл пуст
said-media-compressed = отправьте файл без сжатия, без Content-Encoding
said-media-form = отправьте сам файл с его типом или application/octet-stream либо форму multipart/form-data
said-media-no-file = в форме нет файла
