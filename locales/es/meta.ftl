# Machine-made: no native has read it yet.

## What Instagram and Messenger share: the wizard

wizard-meta-secret = Clave secreta de la app
wizard-meta-secret-hint = En tu app en developers.facebook.com: App settings → Basic (para Instagram: Instagram → API setup). Meta firma con ella sus llamadas.
wizard-meta-secret-optional-hint = Déjalo vacío para usar la app compartida. Si usas tu propia app, ingresa su clave secreta de App settings → Basic.
wizard-meta-verify = Verify token
wizard-meta-verify-hint = Cualquier texto que elijas. El último paso muestra dónde ingresarlo en Meta.
wizard-meta-verify-optional-hint = Solo con tu propia app: cualquier texto, o déjalo vacío y Parom lo crea. El último paso muestra dónde ingresarlo en Meta.
wizard-meta-bad-format = Copia este valor otra vez: tiene caracteres que no corresponden.
wizard-meta-bad-id = El ID tiene solo dígitos.
wizard-meta-refused = Meta no acepta este token de acceso. Genera uno nuevo.
wizard-meta-unknown-setting = No existe esa opción.
wizard-meta-webhook-elsewhere = Los eventos de esta app van ahora a { $host }. Si continúas, llegarán a Parom y dejarán de llegar allí.
wizard-meta-webhook-title = Pega estos dos valores en Meta
wizard-meta-webhook-url = Callback URL
wizard-meta-webhook-hint = Meta for Developers → tu app → Instagram → API setup with Instagram login → Configure webhooks. Después suscríbete a comments, live_comments, message_reactions, messages, messaging_postbacks, messaging_referral y messaging_seen. Sin esto Meta no entrega los mensajes de los clientes.

## An account and where its events go

said-meta-token = falta el token de acceso
said-meta-secret = La clave secreta y el token son de apps distintas. Copia la clave de la configuración básica de la app
said-meta-account = { $name } responde
said-meta-other-account = Este token es de { $name } con el ID { $id }. Ingresa ese ID o un token de la otra cuenta
said-meta-no-account = Meta no dice de quién es este token. Ingresa el token de acceso de la propia cuenta: el token de una app no pertenece a ninguna cuenta
said-meta-refused = Meta respondió: { $text }
said-meta-answered = Meta respondió { $status }: { $text }
said-meta-file = no se pudo leer el archivo aquí
said-meta-unset = Meta no sabe que los eventos de esta cuenta van aquí
said-meta-elsewhere = Meta envía los eventos de esta app a { $host }: otro servicio la tomó

## Texts in a chat for things that amoCRM has no type for

meta-in-unknown = [El mensaje no es compatible. Pide que lo envíen como texto o como archivo]
meta-in-story-mention = [Te mencionó en una historia]
meta-in-story-answer = [Respuesta a tu historia]
meta-in-story = [Tu historia]
meta-in-share = [Compartido] { $link }
meta-in-product = [Sobre el producto { $id }]
meta-in-comment-empty = [Un comentario sin texto]
meta-in-unnamed = Alguien
