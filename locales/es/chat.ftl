# Machine-made: no native has read it yet.

## Web chat for customers

chat-title = Escríbenos
chat-greeting = ¡Hola! ¿En qué podemos ayudarte?
chat-placeholder = Tu mensaje
chat-send = Enviar
chat-attach = Adjuntar archivo
chat-attach-limit = Archivos de hasta { $size }
chat-file-too-big = “{ $file }” pesa { $size } y el máximo es { $limit }. Envía uno más pequeño o un enlace.
chat-file-kind = Aquí no se pueden enviar archivos de este tipo.
chat-file-empty = “{ $file }” está vacío.
chat-file-most = Como máximo { $count } archivos a la vez.
chat-file-too-large = No enviado: el archivo es demasiado grande
chat-file-none = No enviado: primero elige un archivo.
chat-file-remove = Quitar { $file }
chat-files = Archivos por enviar
chat-camera = Tomar una foto
chat-smileys = Emoji
chat-state-sending = Enviando…
chat-state-sent = Enviado
chat-state-read = Leído
chat-new = Nuevo
chat-status-online = En línea
chat-status-minutes = Solemos responder en minutos
chat-status-hour = Solemos responder en menos de una hora
chat-status-day = Solemos responder en el día
chat-status-away = No estamos · deja un mensaje
chat-status-back =
    Volvemos { $day ->
        [today] hoy
        [tomorrow] mañana
        [mon] el lunes
        [tue] el martes
        [wed] el miércoles
        [thu] el jueves
        [fri] el viernes
        [sat] el sábado
       *[sun] el domingo
    } a las { $time }
chat-state-failed = No enviado
chat-send-again = Enviar de nuevo
chat-typing = { $name } está escribiendo…
chat-new-messages =
    { $count ->
        [one] { $count } mensaje nuevo
       *[other] { $count } mensajes nuevos
    }
chat-offline = Sin internet. Sigue escribiendo: los mensajes se enviarán cuando vuelva la conexión.
chat-reconnecting = Conectando…
chat-reconnected = Conectado de nuevo
chat-unsent =
    { $count ->
        [one] { $count } mensaje se enviará al volver la conexión
       *[other] { $count } mensajes se enviarán al volver la conexión
    }
chat-paused = Te responderemos un poco más tarde: estamos configurando el chat. Tu mensaje está guardado.
chat-closed = Este chat está cerrado. Contáctanos por otro medio.
chat-too-fast =
    Demasiados mensajes seguidos. Espera { $count ->
        [one] { $count } segundo
       *[other] { $count } segundos
    }.
chat-today = Hoy
chat-yesterday = Ayer
chat-no-script = Las respuestas en vivo necesitan JavaScript. Sin él, haz clic en “Actualizar” para ver la respuesta.
chat-messages = Mensajes
chat-you = Tú
chat-employee = Equipo
chat-visitor = Visitante del sitio { $code }
chat-refresh = Actualizar
chat-empty = No enviado: el mensaje está vacío.
chat-too-long = No enviado: el mensaje tiene más de 4096 caracteres. Envíalo en partes.
chat-conflict = Aún no enviado: esta página está desactualizada. Haz clic en “Enviar” otra vez.
chat-cookies = Este chat necesita una cookie para reconocerte. Permite las cookies en esta página y vuelve a cargarla.
chat-open = Abrir el chat
chat-minimise = Minimizar el chat
chat-sound-off = Desactivar el sonido
chat-sound-on = Activar el sonido
chat-dismiss = Cerrar
chat-privacy = { $company } guarda los mensajes.
chat-away = Ahora no estamos. Déjanos un mensaje y te responderemos en horario de atención.
chat-about-you = Sobre ti
chat-ask-name = Tu nombre
chat-ask-phone = Teléfono
chat-ask-email = Correo electrónico
chat-optional = { $label } (opcional)
chat-required = Hace falta para enviar tu mensaje.
chat-rating = ¿Qué tal nuestra respuesta?
chat-rating-bad = Mal
chat-rating-fair = Regular
chat-rating-good = Bien
chat-rating-comment = Agrega un comentario
chat-rating-thanks = Gracias
chat-consent-needed = No enviado: primero el chat necesita tu consentimiento.
chat-wrong-phone = Escribe el número con el código del país: +52 55 1234 5678.
chat-phone-extra = Escribe un solo número. La extensión, en el mensaje.
chat-wrong-email = Escribe un correo electrónico, por ejemplo ana@example.com.
chat-typing-unnamed = Alguien está escribiendo…
chat-forwarded = Reenviado
chat-reply = Responder
chat-edit = Editar
chat-voice = Grabar un mensaje de voz
chat-voice-recording = Grabando
chat-voice-denied = No hay acceso al micrófono. Permítelo para esta página e inténtalo de nuevo.
chat-voice-play = Reproducir
chat-voice-pause = Pausar
chat-react = Reaccionar
chat-choose = Elegir
chat-map = Ver en el mapa
chat-full = No enviado: por ahora no se aceptan mensajes nuevos aquí. Contáctanos por otro medio.
chat-files-enough = No enviado: hoy ya no se aceptan más archivos aquí. Envía un enlace.
chat-mail = Recibir la respuesta por correo
chat-mail-sent = Abre el enlace que enviamos a tu correo para confirmar la dirección.
chat-mail-limit = No se envió: hay demasiados correos a esta dirección o desde aquí. Inténtalo más tarde.
chat-mail-first = Primero escribe un mensaje.
chat-mail-on = Listo. Las respuestas que no veas en el chat llegarán a tu correo.
chat-mail-back = Volver al chat
chat-mail-dead = Este enlace venció. Pide otra vez en el chat las respuestas por correo.
chat-mail-another = Este enlace abre otra conversación, no la de este navegador. Quien te envió el enlace leerá lo que escribas allí. Empieza así:
chat-mail-open = Este enlace abre una conversación que empieza así. Si no es tuya, cierra esta página: quien te envió el enlace leerá lo que escribas allí.
chat-mail-open-yes = Abrir esta conversación
chat-mail-stay = Quedarme en mi conversación
chat-mail-confirm = ¿Recibir por correo las respuestas del chat “{ $title }” que no veas en el chat?
chat-mail-confirm-yes = Sí, enviar
chat-mail-end = ¿Dejar de recibir por correo las respuestas del chat “{ $title }”?
chat-mail-end-yes = No enviar más
chat-mail-ended = Ya no recibirás correos de este chat.
chat-mail-file = Un archivo: { $name }
chat-mail-subject = Respuesta en el chat “{ $title }”
chat-mail-letter =
    Te respondieron en el chat “{ $title }”.
    { $answers }
    Continuar en el chat: { $back }
    El enlace abre tu chat sin contraseña y funciona durante { $count ->
        [one] { $count } día
       *[other] { $count } días
    }. No lo reenvíes.
    Dejar de recibir estos correos: { $end }
chat-transcript = Enviarme este chat por correo
chat-transcript-sent = El chat va en camino a tu correo.
chat-transcript-subject = Tu chat “{ $title }”
chat-transcript-letter =
    Tu chat “{ $title }”:

    { $lines }

    Continuar en el chat: { $back }
    El enlace abre tu chat sin contraseña y funciona durante { $count ->
        [one] { $count } día
       *[other] { $count } días
    }. No lo reenvíes.

    No recibir más correos de este chat: { $end }
chat-mail-confirm-subject = Confirma tu correo para el chat “{ $title }”
chat-mail-confirm-letter =
    Alguien pidió recibir en esta dirección las respuestas del chat “{ $title }”. Confírmala: { $url }
    El enlace funciona durante un día.
    Si no fuiste tú, ignora este correo: no enviaremos nada más.
