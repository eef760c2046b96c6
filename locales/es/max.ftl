# Machine-made: no native has read it yet.

## A bot of MAX: settings

connector-max-about = Los clientes escriben a tu bot en MAX. Archivos, respuestas, ediciones y comentarios de publicaciones van en ambos sentidos. MAX no informa cuándo un mensaje se entrega o se lee.
wizard-max-token = Token del bot
wizard-max-token-hint = En business.max.ru abre el chatbot y luego Integración → Obtener token. El bot debe haber pasado la moderación.
wizard-max-bad-format = Un token de bot es una palabra sin espacios. Copia la línea entera de business.max.ru.
wizard-max-refused = MAX no conoce este token. Quizás se emitió uno más nuevo en business.max.ru.
wizard-max-webhook-elsewhere = Los mensajes de este bot también van a { $host }. Seguirán yendo allí y los clientes pueden recibir dos respuestas.
wizard-max-groups = Incluir grupos
wizard-max-groups-hint = Cada grupo donde el bot es administrador se convierte en un chat.
wizard-max-comments = Incluir comentarios
wizard-max-comments-hint = Los comentarios de publicaciones en canales donde el bot es administrador se convierten en chats. Las respuestas son públicas.
wizard-max-delivered = Marcar como entregado cuando MAX lo acepta
wizard-max-delivered-hint = MAX no informa entregas ni lecturas. Sin esta opción los mensajes quedan como “enviado”.
wizard-slow-max-1 = ¿Es el bot correcto? Compara su nombre.
wizard-slow-max-2 = Primero toca Start en el chat del bot: MAX no envía nada antes de eso.
wizard-slow-max-3 = ¿El bot pasó la moderación en business.max.ru?

## Texts in a chat for things that amoCRM has no type for

max-in-nameless = MAX { $id }
max-in-unknown = [El mensaje no es compatible. Pide que lo envíen como texto o como archivo]
max-in-forward = Reenviado de { $name }:
max-in-unnamed = alguien

## A bot and where it brings messages

said-max-token = falta el token del bot
said-max-bot = { $name } responde
said-max-refused = MAX respondió: { $text }
said-max-answered = MAX respondió { $status }: { $text }
said-max-unreadable = MAX respondió { $status } con algo ilegible
said-max-file = no se pudo leer aquí el archivo para MAX
said-max-upload = MAX aceptó un archivo sin devolver su token
said-max-https = MAX envía mensajes solo a direcciones https en el puerto 443, pero la dirección de este servidor es { $url }. Consulta al administrador del servidor
said-max-unset = MAX no sabe a dónde enviar los mensajes o se rindió tras ocho horas de fallas
said-max-elsewhere = MAX envía los mensajes a { $host }: otro servicio tomó el bot

## What a refusal of MAX means

passport-max-m1 = MAX no acepta el token del bot. Renuévalo en las opciones de la fuente.
passport-max-m2 = El cliente detuvo el bot. Comunícate con él por otro medio.
passport-max-m3 = El bot no puede escribir en este chat. Pide que lo agreguen como administrador.
passport-max-m4 = El cliente no inició el bot. Envíale el enlace del bot.
passport-max-m5 = No existe ese chat: el cliente nunca escribió al bot. Envíale su enlace.
passport-max-m6 = MAX aún procesa el archivo; el mensaje saldrá más tarde.
passport-max-m7 = El texto es demasiado largo. Divídelo en partes de 4000 caracteres.
passport-max-m8 = MAX rechazó un botón. Corrige su enlace o quita botones.
passport-max-m9 = MAX acepta un archivo por mensaje. Envíalos uno por uno.
passport-max-m10 = El otro mensaje ya no existe. Escribe sin la cita.
passport-max-m11 = El archivo no está disponible. Adjúntalo de nuevo.
passport-max-m12 = MAX no acepta este archivo. Envía un enlace.
passport-max-m13 = El mensaje está vacío. Agrega texto.
passport-max-m14 = MAX rechazó el contacto o la ubicación. Envíalo como texto.
passport-max-m15 = Este mensaje ya no se puede editar.
passport-max-m16 = El archivo es demasiado grande para MAX. Envía un enlace.
passport-max-m17 = MAX negó el acceso al bot. Revisa el token en las opciones de la fuente.
passport-max-m18 = MAX no lo permite por ahora. Intenta de nuevo más tarde.
passport-max-m19 = MAX limita la velocidad; el mensaje saldrá más tarde.
passport-max-m20 = MAX no está disponible por ahora; se intenta de nuevo.
passport-max-m21 = El bot está conectado a otro servicio. Desconéctalo allí.
passport-max-m22 = No se sabe si llegó. Pregunta al cliente o envíalo de nuevo.
passport-max-403 = MAX no te deja escribir a este cliente. Comunícate con él por otro medio.
passport-max-404 = No existe ese chat en MAX. Envía al cliente el enlace del bot.
passport-max-400 = MAX rechazó el mensaje. Cámbialo e intenta de nuevo.
passport-max-5xx = La app de mensajería falló. Intenta de nuevo más tarde.
