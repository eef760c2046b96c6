# Machine-made: no native has read it yet.

## Texts in a chat for things that amoCRM has no type for

tg-in-nameless = Telegram { $id }
tg-in-poll = [Encuesta]
tg-in-story = [Historia]
tg-in-paid-media = [Contenido de pago, { $stars } ⭐]
tg-in-checklist = [Lista de tareas]
tg-in-gift = [Regalo]
tg-in-giveaway = [Sorteo]
tg-in-game = [Juego]
tg-in-invoice = [Factura]
tg-in-form = [Formulario]
tg-in-sticker = [Sticker]
tg-in-too-large = [Archivo { $size }: { $name }, no se puede descargar. Pide un enlace]
tg-in-too-large-unnamed = [Archivo { $size }, no se puede descargar. Pide un enlace]
tg-in-unknown = [El mensaje no es compatible. Pide que lo envíen como texto o como archivo]
tg-in-forward = Reenviado de { $name }:
tg-in-forward-link = Reenviado de { $name } ({ $link }):
tg-in-unnamed = alguien
tg-in-elsewhere = [Un mensaje de otro chat]
incoming-button = [Se presionó un botón]

## A bot and where it brings messages

said-telegram-https = Telegram envía mensajes solo a direcciones https, pero la dirección de este servidor es { $url }. Pregunta al administrador del servidor
said-telegram-port = Telegram llama solo a los puertos 443, 80, 88 y 8443, pero este servidor usa el puerto { $port }. Pregunta al administrador del servidor
said-telegram-unset = Telegram no sabe a dónde enviar los mensajes
said-telegram-elsewhere = Telegram envía los mensajes a { $host }: otro servicio tomó el bot
said-telegram-failing = Telegram dice de su última llamada: { $text } (en espera allí: { $count })
said-telegram-waiting = { $count } mensajes esperan en Telegram
said-messenger-away = la app de mensajería no responde: { $reason }
said-messenger-refused = la app de mensajería lo rechazó: { $reason }
said-line-taken = { $line } ya funciona en otra cuenta
said-line-taken-here = { $line } ya funciona en la fuente “{ $source }”.
said-line-lost = { $line } se conectó en otra fuente, cuyas credenciales confirmó la app de mensajería: los mensajes de los clientes llegan allí. Si la línea es tuya, ingresa aquí credenciales nuevas; si no, elimina esta fuente
said-line-other = estas credenciales son de { $line } y esta fuente es { $now }: agrega otra fuente para ellas

## A source whose messenger brings messages elsewhere, or not at all

source-reason-line_elsewhere = Otro servicio tomó el bot o el número: los mensajes de los clientes van allí.
source-reason-line_not_set = La app de mensajería no sabe a dónde enviar los mensajes. Parom sigue registrando la dirección.
source-reason-line_failing = La app de mensajería no logra contactar a Parom, o lo hace con retraso. Los mensajes esperan allí y no se pierden durante un día.
source-reason-line_trouble = La app de mensajería informa de un problema con este número o cuenta. Los mensajes pueden estar limitados.
source-reason-business_off = El bot fue desactivado en Telegram Business. Conéctalo allí de nuevo: Ajustes → Telegram Business → Chatbots.
source-action-take_back = Conectar de nuevo
source-taken-back = “{ $source }” recibe sus mensajes de nuevo.
source-deep-link = Enlace para clientes
source-deep-link-hint = Lo que va después de { $part } (hasta 64 letras, dígitos, _ y -) se guarda con el chat: una marca de dónde vino el cliente.
source-deep-link-hint-text = El texto después de text= aparece escrito como el primer mensaje del cliente.
source-refused-line_taken = { $reason }
source-refused-messenger_refused = { $reason }
audit-did-source-taken_back = Mensajes de una fuente recuperados
alert-kind-source_moved = Otro servicio tomó un bot o un número
problem-line_taken = La línea funciona en otra fuente
problem-messenger_refused = La app de mensajería lo rechazó
wizard-slow-telegram-1 = ¿Es el bot correcto? Compara su nombre.
wizard-slow-telegram-2 = En un grupo: ¿está desactivado el modo de privacidad en @BotFather y se agregó el bot de nuevo después?
wizard-slow-telegram-3 = ¿Otro servicio usa el bot? Prueba la fuente: muestra a dónde van los mensajes.

## A chat

conversation-visit = Llegó con la etiqueta
conversation-shut = El cliente bloqueó el bot. Los mensajes no llegan hasta que lo desbloquee.

## A greeting

tg-out-ask-phone = Comparte tu número de teléfono para que podamos contactarte.
tg-out-share-phone = Compartir mi número
wizard-test-note-telegram = ¿Los clientes escriben a tu propia cuenta con Telegram Business? En Telegram, abre Ajustes → Telegram Business → Chatbots y agrega este bot: esos chats también llegarán aquí.
