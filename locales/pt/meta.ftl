# Machine-made: no native has read it yet.

## What Instagram and Messenger share: the wizard

wizard-meta-secret = Chave secreta do app
wizard-meta-secret-hint = No seu app em developers.facebook.com: App settings → Basic (para o Instagram: Instagram → API setup). A Meta assina suas chamadas com ela.
wizard-meta-secret-optional-hint = Deixe vazio para usar o app compartilhado. Se usar seu próprio app, insira a chave secreta dele, de App settings → Basic.
wizard-meta-verify = Verify token
wizard-meta-verify-hint = Qualquer texto à sua escolha. O último passo mostra onde inseri-lo na Meta.
wizard-meta-verify-optional-hint = Só com seu próprio app: qualquer texto, ou deixe vazio e o Parom cria um. O último passo mostra onde inseri-lo na Meta.
wizard-meta-bad-format = Copie este valor novamente: há caracteres que não pertencem a ele.
wizard-meta-bad-id = O ID tem só dígitos.
wizard-meta-refused = A Meta não aceita este token de acesso. Gere um novo.
wizard-meta-unknown-setting = Essa opção não existe.
wizard-meta-webhook-elsewhere = Os eventos deste app vão agora para { $host }. Se você continuar, eles virão para o Parom e deixarão de chegar lá.
wizard-meta-webhook-title = Cole estes dois valores na Meta
wizard-meta-webhook-url = Callback URL
wizard-meta-webhook-hint = Meta for Developers → seu app → Instagram → API setup with Instagram login → Configure webhooks. Depois assine comments, live_comments, message_reactions, messages, messaging_postbacks, messaging_referral e messaging_seen. Sem isto a Meta não entrega as mensagens dos clientes.

## An account and where its events go

said-meta-token = falta o token de acesso
said-meta-secret = A chave secreta e o token são de apps diferentes. Copie a chave das configurações básicas do app
said-meta-account = { $name } responde
said-meta-other-account = Este token é de { $name } com o ID { $id }. Insira esse ID ou um token da outra conta
said-meta-no-account = A Meta não diz de quem é este token. Insira o token de acesso da própria conta: o token de um app não pertence a nenhuma conta
said-meta-refused = A Meta respondeu: { $text }
said-meta-answered = A Meta respondeu { $status }: { $text }
said-meta-file = não foi possível ler o arquivo aqui
said-meta-unset = A Meta não sabe que os eventos desta conta vêm para cá
said-meta-elsewhere = A Meta envia os eventos deste app para { $host }: outro serviço o assumiu

## Texts in a chat for things that amoCRM has no type for

meta-in-unknown = [A mensagem não é compatível. Peça para enviar como texto ou como arquivo]
meta-in-story-mention = [Mencionou você em um story]
meta-in-story-answer = [Resposta ao seu story]
meta-in-story = [Seu story]
meta-in-share = [Compartilhado] { $link }
meta-in-product = [Sobre o produto { $id }]
meta-in-comment-empty = [Um comentário sem texto]
meta-in-unnamed = Alguém
