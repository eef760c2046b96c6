# Machine-made: no native has read it yet.

## Messages: list

messages-search = Teléfono, nombre, ID de mensaje o de chat
messages-search-hint = El texto de los mensajes no se puede buscar: se guarda cifrado.
messages-filter-direction = Dirección
messages-direction-to-crm = Del cliente
messages-direction-from-manager = Del agente
messages-direction-from-bot = De un bot
messages-direction-to-messenger = Al cliente
messages-state-taken = Aceptado por el destinatario
messages-state-failed_later = Falló después de ser aceptado
messages-state-waiting = En espera
messages-filter-state = Estado
messages-filter-period = Período
messages-found =
    { $count ->
        [one] { $count } mensaje encontrado
       *[other] { $count } mensajes encontrados
    }
messages-empty = Los mensajes aparecen aquí en cuanto escribe el primer cliente.
conversations-empty-title = Aún no hay chats
conversations-empty = Un chat aparece aquí en cuanto escribe el primer cliente.
messages-empty-title = Aún no hay mensajes
messages-nothing = No se encontró nada. Limpia el filtro de estado o elige un período más largo.
messages-kept =
    Los mensajes se muestran durante { $days ->
        [one] { $days } día
       *[other] { $days } días
    }.
messages-days = “7 días” y “30 días” terminan hoy, en la zona horaria de la cuenta.
messages-kind-text = Texto
messages-kind-picture = Imagen
messages-kind-video = Video
messages-kind-file = Archivo
messages-kind-voice = Mensaje de voz
messages-kind-audio = Audio
messages-kind-sticker = Sticker
messages-kind-location = Ubicación
messages-kind-contact = Contacto
messages-text-hidden = El texto está oculto. Tu rol ve la ruta, no el contenido.
messages-text-not-kept = No se guarda. Los textos de esta cuenta se borran en cuanto se entregan.
messages-text-erased =
    El texto se borró al terminar su plazo de conservación ({ $days ->
        [one] { $days } día
       *[other] { $days } días
    }). La ruta se conserva.

## Message page: “Where is my message?”

msg-answer-delivered = El cliente lo tiene en su app de mensajería desde { $stamp }.
msg-answer-delivered-untimed = El cliente lo tiene en su app de mensajería.
msg-answer-sent = Aceptado por la app de mensajería { $time }. Aún no confirmó la entrega al cliente.
msg-answer-sent-no-receipts = Aceptado por la app de mensajería { $time }. Esta app no informa la entrega.
msg-answer-counted = Aceptado por { $messenger } { $time }. { $messenger } no informa la entrega; esta fuente cuenta como entregado lo aceptado.
msg-answer-read = Leído por el cliente { $time }.
msg-answer-read-untimed = Leído por el cliente.
msg-answer-in-crm = En el chat de { $crm } desde { $stamp }.
msg-answer-queued =
    Guardado en Parom{ $ahead ->
        [0] , sale a continuación
        [one] . Antes sale { $ahead } mensaje anterior de este chat
       *[other] . Antes salen { $ahead } mensajes anteriores de este chat
    }.
msg-answer-ahead =
    En espera: { $many ->
        [0] { $ahead ->
            [one] antes va { $ahead } mensaje de esta cuenta
           *[other] antes van unos { $ahead } mensajes de esta cuenta
        }
       *[other] antes van más de { $ahead } mensajes de esta cuenta
    }{ $timed ->
        [0] .
        [1] , lo que toma unos { $delay }.
       *[other] , lo que toma más de { $delay }.
    }
msg-answer-retrying =
    Guardado en Parom. { $attempts ->
        [one] Falló { $attempts } intento
       *[other] Fallaron { $attempts } intentos
    }, próximo intento { $time }. { $reason }
msg-answer-held = Guardado en Parom, el envío está retenido. { $reason }
msg-answer-shadow = Lo recibió una fuente en paralelo con otro servicio. No se envió nada a { $crm }.
msg-answer-blocked = El cliente estaba bloqueado cuando llegó. Está guardado y no se envió nada a { $crm }.
msg-answer-held-chat = Había más chats nuevos de los que la fuente deja pasar, así que este está retenido. El mensaje está guardado y en { $crm } aún no hay nada de él.
msg-answer-failed = No entregado.
msg-answer-checking =
    { $status ->
        [0] { $side } no ha confirmado el mensaje
       *[other] { $side } respondió con un error ({ $status })
    }. Parom comprueba si llegó antes de enviar algo de nuevo.
msg-crm-away = { $crm } no responde desde { $stamp }. Parom intenta de nuevo automáticamente.
msg-messenger-away = La app de mensajería no responde desde { $stamp }. Parom intenta de nuevo automáticamente.
msg-what-to-do = Qué hacer
msg-route = Ruta
hop-written-by-customer = El cliente escribió · { $messenger }
hop-written-by-staff = { $manager } escribió · { $messenger }
hop-written-by-manager = { $manager } escribió en { $crm }
hop-found-in-history = Encontrado en el historial de { $crm }
hop-stored = Recibido y guardado por Parom
hop-stored-detail = { $duration } después de enviarse
hop-handing-to-messenger = Enviando · { $messenger }
hop-handing-to-crm = Enviando a { $crm }
hop-taken-by-messenger = Aceptado · { $messenger }
hop-taken-by-crm = Aceptado por { $crm }
hop-delivered = Entregado al cliente
hop-read = Leído por el cliente
hop-status-shown = Estado mostrado en { $crm }
hop-not-reached = Aún no llegó
hop-no-receipts = { $messenger } no informa esto
attempts-title =
    { $count ->
        [one] { $count } intento
       *[other] { $count } intentos
    }
attempt-row = Intento { $n }, { $clock }, { $ms } ms
attempt-taken = Aceptado
attempt-refused = Rechazado: { $reason }
attempt-no-answer = Sin respuesta en { $seconds } s
attempt-cut = La conexión terminó sin respuesta
attempt-unclear = Error { $status }, resultado desconocido
attempt-not-connected = No se pudo conectar
attempt-next = Próximo { $time }
attempt-by-hand = Iniciado por { $name }
attempt-request = Solicitud (textos, nombres y secretos como su longitud)
attempt-answer = Respuesta (acortada, sin secretos)
msg-send-again = Enviar de nuevo
msg-send-now = Enviar ahora
msg-drop-found = No enviar
msg-send-again-confirm = El cliente puede recibirlo dos veces: no se sabe si llegó el primer intento.
msg-try-now = Intentar ahora
msg-drop = Dejar de intentar
msg-drop-confirm = El mensaje no se entregará. { $manager } verá “Fallido” en { $crm }.
msg-open-card = Abrir la tarjeta en { $crm }
msg-open-chat = Todos los mensajes de este chat
msg-ids = Identificadores
msg-copy-report = Copiar informe para soporte

## Lists of messages and chats

filter-any = Todos
filter-period-today = Hoy
filter-period-24h = 24 horas
filter-period-7d = 7 días
filter-period-30d = 30 días
filter-period-month = Este mes
filter-period-own = Fechas propias
filter-period-since = Desde { $stamp }
filter-period-all = Todo el tiempo
messages-col-time = Hora
messages-col-customer = Cliente
messages-col-kind = Tipo
messages-customer-unknown = Sin nombre
messages-found-many = Más de { $count } mensajes encontrados
conversations-search = Teléfono, nombre o ID de chat
conversations-nothing = No existe ese chat. Limpia el filtro o cambia la búsqueda.
conversations-col-last = Último mensaje
conversation-title = Chat con { $name }
conversation-begun = Iniciado
conversation-window = Texto libre
conversation-window-open = Permitido hasta
conversation-window-over-template = Venció: solo se puede enviar una plantilla aprobada
conversation-window-over = Venció: podrás responder cuando el cliente escriba de nuevo
conversation-first-page = Primera página
conversation-last-page = Página actual
conversation-referrer = Vino de
lead-origin-title = De dónde vino el cliente
lead-origin-page = Página
conversation-marks = Etiquetas UTM
conversation-participants = Participantes
conversation-agreed = Aceptó las condiciones del chat
conversation-answer = Respuesta antes del chat
conversation-rating = Valoración del chat
lead-note-answers = Respuestas antes del chat
lead-note-rating = Valoración del chat, { $day }
conversation-messages = Mensajes de este chat
conversation-silent = Aún no hay mensajes.
conversation-source-gone = La fuente fue eliminada
conversation-why = Identificadores del chat
conversation-why-messenger = { $messenger } envía estos mensajes a la fuente “{ $source }” bajo un mismo ID de chat:
conversation-why-ours = El ID de Parom para el chat en { $crm }:
conversation-why-crm = El ID propio de { $crm } para el chat, de su respuesta o del mensaje de un agente:
conversation-why-manager = Un agente inició este chat en { $crm }. La app de mensajería aún no asignó un ID.
conversation-contact = Contacto en { $crm }
contact-why-phone = Tiene el teléfono del cliente.
contact-why-email = Tiene el correo del cliente.
contact-why-phone_several = Varios contactos tienen este teléfono; este fue el último en cambiar.
contact-why-email_several = Varios contactos tienen este correo; este fue el último en cambiar.
contact-why-given = Lo indicó el desarrollador de la app de mensajería.
contact-why-made = Parom lo creó: ningún contacto tenía este teléfono o correo.
contact-why-crm = { $crm } lo eligió según sus propias reglas.
contact-why-merged = El contacto anterior se fusionó con este en { $crm }.
contact-why-moved = El chat se trasladó a este contacto en { $crm }.
contact-why-gone = El contacto fue eliminado en { $crm }.
contact-why-nobody = Ningún contacto tiene este teléfono o correo. { $crm } elige según sus propias reglas.
contact-why-given_unknown = { $crm } no tiene el contacto { $number } que indicó el desarrollador de la app de mensajería. { $crm } elige según sus propias reglas.
contact-why-late = { $crm } no respondió a tiempo y eligió el contacto por sí mismo; el lead ya está en curso.
contact-why-unclear = { $crm } no confirmó que se creó el contacto. Parom no crea un segundo.
contact-why-recycled = El contacto con este teléfono calló un año y tenía otro nombre, o desde entonces el servicio dio el número a otra persona. Puede ser ya de otra persona, por eso el chat no se vinculó a él.
contact-why-person = Una persona decidió que es este cliente.
contact-why-separated = Una persona deshizo un vínculo, y Parom creó este contacto.

## Message page: further words

msg-manager = Un agente
msg-time-unknown = hora desconocida
msg-open-source = Abrir la fuente
msg-too-late = El mensaje ya no está en espera: mira su estado.
msg-on-its-way = El mensaje se está enviando ahora. El resultado aparecerá aquí.
msg-tried-now = El próximo intento empieza ahora.
msg-sent-again = En cola para otro intento. El estado cambia cuando el intento termina.
msg-send-again-once = El mensaje se enviará de nuevo, al final de la cola de su chat.
msg-dropped = Se detuvo la entrega. Puedes enviar el mensaje de nuevo desde “No entregados”.
msg-drop-confirm-in = El mensaje no aparecerá en { $crm }. Aún podrás enviarlo de nuevo desde “No entregados”.
msg-text = Contenido
msg-text-show = Mostrar el texto
msg-text-audited = La consulta queda en el registro de auditoría.
msg-file-name = Archivo
msg-file-size = Tamaño
msg-id-ours = Parom
msg-id-messenger = Mensajería
msg-id-crm = { $crm }
msg-id-chat = Chat en Parom
msg-id-crm-chat = Chat en { $crm }
hop-number = ID { $id }
attempt-limited-unsaid = Velocidad limitada
msg-save-report = Guardar como archivo

## The list: more columns and filters

messages-col-manager = Agente
messages-col-took = Duración
messages-open-page = Abrir como página
messages-more-filters = Más filtros
messages-from = Desde la fecha
messages-to = Hasta la fecha
messages-slower-than = Más de { $delay }
messages-slowest-of = Los más lentos de los últimos { $count }
messages-sort = Orden
messages-sort-newest = Primero los más nuevos
messages-sort-took = Primero los más lentos
messages-reason = Motivo
messages-reason-recipient_blocked = Bloqueado por el cliente
messages-reason-recipient_unreachable = No se puede contactar al cliente
messages-reason-window_closed = El tiempo para responder terminó
messages-reason-writing_first = No se puede escribir primero
messages-reason-marketing_stopped = Publicidad rechazada
messages-reason-kind_not_supported = Tipo no admitido
messages-reason-source_disconnected = Fuente desconectada
messages-reason-refused = Rechazado por la app de mensajería
messages-reason-crm_refused = Rechazado por { $crm }
messages-reason-internal = Error en Parom

## The message page: neighbours and waits

late-came = Llegó a Parom { $delay } después de escribirse.
late-crm-away = { $crm } no respondió de { $from } a { $until }.
late-messenger-away = La app de mensajería no respondió de { $from } a { $until }.
late-attempts =
    { $count ->
        [one] Antes falló un intento
       *[other] Antes fallaron { $count } intentos
    }, { $status ->
        [0] el último sin respuesta
       *[other] el último con el error { $status }
    }.
late-behind = Esperó { $delay } por el mensaje anterior.
late-waited = Esperó { $delay } antes de su primer intento; no está registrado por qué.
late-unknown = Nada de lo registrado dice por qué.
msg-neighbours = Mensajes de este chat
msg-previous = Anterior
msg-next = Siguiente
attempt-after = { $delay } después del intento { $n }
attempt-waited-chat = esperó { $delay } por el mensaje anterior
attempt-waited-turn = esperó { $delay } su turno

## One customer over all messengers

customer-phone = Teléfono
customer-more = Se muestran los { $count } chats más recientes.
customer-alone = No se conoce el contacto de este chat en { $crm }, así que no se muestran otros chats de esta persona.
customer-waiting = En espera: { $count }
customer-undelivered = Sin entregar: { $count }

## Saved views, and what is done with several messages at once

views-title = Vistas guardadas
views-all = Todos los mensajes
views-manage = Editar vistas
views-save = Guardar este filtro
views-name = Nombre de la vista
views-author = Guardada por
views-rename = Cambiar nombre
views-delete = Eliminar
views-about = Filtros de la lista de mensajes, para toda la cuenta. El texto de búsqueda no se guarda, porque puede nombrar a un cliente.
views-empty = Aún no hay vistas guardadas. Filtra los mensajes y haz clic en “Guardar este filtro”.
views-saved = Guardada: { $name }.
views-renamed = Nombre cambiado.
views-deleted = Eliminada.
views-name-wrong = Escribe un nombre de { $longest } caracteres como máximo.
views-name-taken = Ya existe una vista «{ $name }». Elige otro nombre.
views-too-many = Una cuenta puede guardar { $most } vistas. Elimina una primero.
chips-label = Filtros
chips-remove = quitar este filtro
bulk-page = Seleccionar todo en esta página
bulk-chosen = Seleccionados:
bulk-clear = Quitar la selección
bulk-retry = Enviar de nuevo
bulk-drop = Quitar de los no entregados
bulk-csv = Exportar CSV
bulk-left =
    { $count ->
        [one] { $count } mensaje seleccionado queda como está: se entregó, está en camino o falló después de que la app de mensajería lo aceptara.
       *[other] { $count } mensajes seleccionados quedan como están: se entregaron, están en camino o fallaron después de que la app de mensajería los aceptara.
    }
bulk-more = Coinciden más mensajes de los que se pueden tratar a la vez. Estos son los { $most } más antiguos; repítelo para el resto.
bulk-nothing = Ninguno de estos mensajes está sin entregar: no hay nada que reenviar ni quitar.

### Written by a Salesbot

hop-salesbot = Lo envió un Salesbot de { $crm }
hop-salesbot-waits = Espera la respuesta del cliente hasta { $time }
