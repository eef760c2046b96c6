# Machine-made: no native has read it yet.

## Files

media-nothing-here = Não há nada neste endereço.
media-busy = O arquivo não pode ser lido agora. Tente novamente mais tarde.
media-not-loaded = [não foi possível carregar { $name }]
media-not-loaded-unnamed = [não foi possível carregar o arquivo]
said-not-address = isto não é um endereço
said-media-unknown = nenhum arquivo com este ID foi enviado a esta fonte
said-media-no-room = os { $most } MB da conta para arquivos estão cheios; ela não aceita mais até que os antigos sejam excluídos
said-media-empty = o arquivo está vazio
said-media-compressed = envie o arquivo sem compressão, sem Content-Encoding
said-media-form = envie o arquivo com o próprio tipo ou application/octet-stream, ou um formulário como multipart/form-data
said-media-no-file = o formulário não tem arquivo
