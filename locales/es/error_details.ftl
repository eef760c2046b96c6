# Machine-made: no native has read it yet.

## Details of errors, and results of live checks (crate::i18n::LocalizedText)

said-logo-kind = elige una imagen PNG, JPEG o WebP
said-logo-bytes = la imagen puede tener hasta { $most } KB
said-logo-pixels = la imagen debe tener entre { $least } y { $most } píxeles de ancho y de alto
said-quoted = { $text }
said-fields-wrong = hay que corregir algunos campos
said-unauthorized = la clave falta, está revocada o es incorrecta
said-not-found = nada tiene este ID
said-too-large = la solicitud supera los { $bytes } bytes
said-internal = error interno de Parom, no se guardó nada
said-changed = { $who } cambió { $what } a las { $at }; tu cambio no se guardó. Léelo de nuevo y repite tu cambio
said-changed-someone = alguien
said-changed-something = esto
said-not-storing = Parom no puede guardar nada ahora, intenta de nuevo más tarde
said-node-away = La parte de la base de datos con esta cuenta no responde; no se guardó nada, intenta de nuevo más tarde
said-too-much-waits = Hay demasiados datos esperando a guardarse, intenta de nuevo más tarde
said-too-many-at-once = Demasiadas solicitudes a la vez desde esta dirección, intenta de nuevo cuando algunas terminen
said-method = esta dirección solo admite { $methods }

## JSON and forms

said-field-unknown = campo desconocido `{ $field }`
said-field-unknown-of = campo desconocido `{ $field }`; se conocen: { $known }
said-field-missing = falta el campo `{ $field }`
said-field-twice = el campo `{ $field }` está repetido
said-value-unknown = valor desconocido `{ $value }`; se conocen: { $known }
said-value-unfit = { $reason }
said-json-none = JSON mal formado en la línea { $line }, columna { $column }
said-json-more = datos inesperados después del objeto JSON
said-json-type = el cuerpo debe ser application/json
said-json-compressed = el cuerpo no debe estar comprimido
said-body-broke = el cuerpo terminó antes de tiempo
said-body-slow = el cuerpo llegó demasiado despacio
said-form-field = el formulario no tiene el campo { $field }
said-form-fields = el formulario no tiene los campos de su página
said-form-type = los formularios deben ser application/x-www-form-urlencoded
said-form-deed = el formulario no nombra una acción
said-form-id = el formulario contiene un ID mal formado
said-form-role = no existe ese rol
said-form-most = como máximo { $most } a la vez

## Fields

said-empty = no debe estar vacío
said-minutes = escribe minutos enteros, de { $least } a { $most }
said-seconds = escribe segundos enteros, de { $least } a { $most }
said-pixels = escribe píxeles enteros, de 0 a { $most }
said-quick-answer = empieza la línea con una pregunta de hasta { $most } caracteres
said-no-mail = este servidor no envía correos: [mail] no está configurado. Consulta al proveedor o deja el campo vacío
said-only-group = solo para un grupo: indica también su título
said-most-bytes = como máximo { $most } bytes
said-most-ids = como máximo { $most } ID a la vez
said-most-characters = debe tener como máximo { $most } caracteres
said-most-lines = como máximo { $most } líneas
said-unstorable = contiene un carácter que no se puede guardar (NUL o la mitad de un par sustituto)
said-web-address = debe ser una dirección que empiece con https:// o http://
said-site = debe ser la dirección de un sitio, como https://shop.example
said-color = debe ser un color como #0B5CAD
said-holidays = deben ser fechas como 2027-01-01 o 31.12, o dos con “ - ” en medio
said-hours = deben ser líneas con días y horas como mon-fri 09:00-18:00
said-time-zone = debe ser el nombre de una zona horaria como America/Bogota
said-uuid = debe ser un ID (UUID)
said-date = debe ser una fecha como 2026-11-20
said-report-source = no es una fuente de esta cuenta
said-report-days = un informe abarca como máximo { $most } días
said-date-order = no debe ser anterior a from
said-month = debe ser un mes como 2026-11
said-usage-format = debe ser csv o json
said-number = debe ser un número
said-page-limit = debe ser un número entero de 1 a { $most }
said-event-status = existen { $known }
said-cursor-wrong = el cursor está mal formado o es demasiado antiguo
said-cursor-other = el cursor es de otra lista o de otros filtros
said-phone = debe ser un teléfono con su código de país, p. ej. +57 601 234 5678
said-phone-possible = ningún chat tiene este número con seguridad; chats que pueden tenerlo, porque está escrito sin código de país: { $chats }. Indica el chat en su lugar
said-kept-days = hace falta un número de 1 a { $most }, o null: una cuenta no guarda nada más tiempo del configurado
said-texts-days = los textos se guardan como máximo { $most } días
said-sources-limit = debe ser de 0 a { $most }, o null
said-plan-unknown = no es un plan; existen { $known }
said-window-seconds = debe ser de { $least } a { $most } segundos
said-template-file = una plantilla con archivo solo se puede enviar a WhatsApp; usa un encabezado de texto
said-template-file-large = el archivo de la plantilla supera los 16 MB; elige uno más pequeño
said-template-file-gone = { $crm } no entrega el archivo de esta plantilla; usa un encabezado de texto
said-not-stored = Parom no pudo guardarlo; se intentará de nuevo
said-weight = debe ser de 1 a { $most }
said-if-match = debe ser el ETag de GET, p. ej. "1795165200000"
said-customer-named = indica al cliente por phone o por conversation_id
said-search-busy = aún corre otra búsqueda en esta cuenta: intenta de nuevo en unos segundos
said-tenant-named = una clave del proveedor debe indicar tenant_id o source_id
said-not-of-kind = no se permite para { $kind }
said-not-of-edit = no se permite en una edición
said-only-manager = solo se permite para el rol "manager"
said-only-client = solo se permite para el rol "client"
said-contact-id = debe ser el ID de un contacto en el CRM, un número entero
said-user-id = debe ser el ID de un usuario en el CRM, un número entero
said-no-receiver = solo se permite para mensajes de agentes y bots
said-receiver-needed = debe indicar al cliente si el remitente es un agente o un bot
said-media-needed = un archivo necesita media_url o media_id
said-media-twice = indica media_url o media_id, no los dos
said-degrees = debe ser un número entre -{ $most } y { $most }
said-quote-either = indica id, o text con sender y sent_at
said-quote-needed = necesita id o text
said-no-bot-comment = un bot no puede comentar
said-not-from-messenger = El mensaje vino de { $crm }; solo se pueden cambiar los mensajes que vinieron del servicio de mensajería.
said-message-deleted = El mensaje fue eliminado.
said-emoji = debe ser un solo emoji, de 64 bytes como máximo
said-error-needed = es obligatorio con failed
said-error-text = es obligatorio con el código other
said-error-only = solo se permite con failed
said-idempotency-signs = deben ser de 1 a { $most } caracteres ASCII visibles
said-idempotency-other = esta clave se usó para una solicitud con otro cuerpo
said-idempotency-running = la primera solicitud con esta Idempotency-Key aún está en curso
said-ticket-no-id = esta página no tiene ID
said-ticket-id = el ID de lo que muestra la página
said-chat-id = debe ser el ID que dio la página
said-chat-crowd = hay demasiados visitantes conectados, intenta de nuevo más tarde

## Rights

said-scope = hace falta una clave con alcance { $needed }; esta clave tiene { $has }
said-vendor-only = hace falta una clave del proveedor
said-role = tu rol no lo permite
said-session-weak = la sesión no prueba quién eres
said-access-gone = tu acceso fue quitado

## Sources

said-name-empty = una fuente necesita un nombre de 1 a 255 caracteres
said-name-long = como máximo { $most } caracteres; este tiene { $length }
said-name-signs = un nombre no debe contener saltos de línea ni caracteres de control
said-external_id-signs = de 1 a 36 caracteres ASCII imprimibles: letras latinas, dígitos, signos, espacios
said-external_id-spaces = no debe empezar ni terminar con un espacio
said-pipeline-id = debe ser el ID de un embudo de la cuenta, mira GET …/pipelines
said-pipeline-unknown = la cuenta no tiene ese embudo; tiene: { $known }
said-services-list = debe ser una lista, como en la Sources API de { $crm }
said-services-long = demasiado largo
said-services-type = { $crm } solo admite "whatsapp"
said-services-empty = no debe estar vacío
said-kind-unknown = debe ser uno de: { $known }
said-kind-unserved = ningún canal de la integración “{ $integration }” atiende { $kind }
said-channel-unknown = ningún canal de la integración “{ $integration }” con este ID atiende { $kind }
said-channel-choose = varios canales atienden { $kind }, indica uno de: { $known }
said-drop_before = solo se permite junto con "paused": false
said-source-busy = otros están cambiando esta fuente, intenta de nuevo más tarde
said-source-limit = la cuenta { $account } tiene { $used } de { $limit } fuentes; elimina una o pide más al proveedor
said-plan-kind = el plan “{ $plan }” no tiene fuentes del tipo { $kind }; pide otro plan al proveedor
said-shadow = la fuente “{ $source }” solo recibe, junto a otro servicio; envía por el servicio que tiene la línea
said-shadow-kind = una línea del tipo { $kind } tiene un solo receptor, así que la sombra se la quitaría al otro servicio
said-shadow-default = una fuente que no envía nada no puede ser la predeterminada
said-shadow-replaces = { $host } recibe esta línea por la misma aplicación, que tiene una sola dirección; usa una aplicación propia
said-external_id-taken = otra fuente de esta cuenta ya tiene el external_id “{ $external_id }”; elige otro
said-no-webhook = solo las fuentes del tipo custom tienen secreto de webhook
said-webhook-not-kept = este webhook no se puede enviar de nuevo: solo es posible para mensajes, y solo mientras se guardan
said-no-heir = agrega primero una fuente: se hace cargo del embudo y de los chats sin fuente
said-deleted-in-crm = esta fuente se eliminó en { $crm }; créala allí de nuevo y repite
said-not-deleted-in-crm = “{ $name }” no se eliminó en { $crm }, hasta donde se sabe

## Messages

said-message-differs = el mensaje { $message } tiene este ID, pero otro remitente, chat o contenido
said-message-said-else = ya se envió un mensaje con este ID y otro contenido
said-not-from-crm = El estado se puede informar solo para mensajes que vinieron de { $crm }

## Account and channel

said-account-is = la cuenta { $account } está { $status }: las fuentes solo se pueden cambiar mientras está activa
said-account-used = la cuenta { $account } ({ $host }) está { $status }: desconéctala primero o usa force
said-account-no-access = la cuenta { $account } no dio acceso: activa primero la integración en { $crm }
said-account-left = la cuenta { $account } desactivó la integración: no hay nada que desconectar
said-account-never = la cuenta { $account } no se puede conectar: { $reason }
said-account-later = la cuenta { $account } aún no se pudo conectar: { $crm } no la aceptó, intenta de nuevo más tarde
said-account-unlisted = la cuenta { $account } no está en allowed_accounts del canal { $channel } ni tiene uno de sus allowed_plans
said-hook-version = { $crm } conectó el canal con la versión de webhooks “{ $version }”; solo v2 trae mensajes
said-channel-is = el canal { $channel } está { $status } para esta cuenta
said-channel-is-because = el canal { $channel } está { $status } para esta cuenta ({ $reason })
said-status-provisioning = en configuración
said-status-awaiting_credentials = a la espera de usuario y contraseña
said-status-active = activa
said-status-needs_reauth = sin acceso (needs_reauth)
said-status-unpaid = sin pagar
said-status-blocked = bloqueada
said-status-suspended = suspendida
said-status-plan_ended = con la suscripción al servicio terminada
said-status-disconnected = desconectada
said-status-uninstalled = desinstalada
said-status-connected = conectado
said-status-connecting = conectándose
said-status-not_allowed = no permitido (not_allowed)
said-status-misconfigured = mal configurado
said-no-grant = la cuenta no dio acceso. Los mensajes siguen en ambos sentidos.
said-needs-reauth = { $crm } ya no acepta el acceso que dio la cuenta; un administrador debe permitirlo de nuevo.
said-account-unpaid = la cuenta de { $crm } no está pagada
said-account-blocked = { $crm } bloquea la cuenta o este servidor

## What became of a call

said-crm-answered = { $crm } respondió { $status }: { $text }
said-crm-answered-mute = { $crm } respondió { $status } sin texto
said-crm-limit = { $crm } tiene { $count } fuentes de esta cuenta y no acepta más. { $reason }
said-crm-busy = { $crm } no acepta esta llamada ahora; intenta de nuevo más tarde
said-crm-silent = { $crm } no responde; intenta de nuevo más tarde
said-crm-unreached = no se pudo llegar a { $crm }, no se envió nada ({ $reason })
said-crm-unknown = { $crm } no dio una respuesta completa, el resultado es desconocido ({ $reason })
said-crm-unreadable = { $crm } respondió { $status } con algo ilegible, el resultado es desconocido
said-crm-invalid = no se pudo hacer la llamada: { $reason }
said-template-locked = WhatsApp ya tiene esta plantilla, no se puede cambiar ni enviar de nuevo; cópiala y corrige la copia
said-template-no-source = Nadie la revisaría: ningún servicio de mensajería de esta cuenta acepta plantillas para WhatsApp oficial
said-template-text = no debe estar vacío ni superar los { $most } caracteres
said-template-marker = un marcador no termina: escríbelo como {"{{"}contact.name{"}}"}
said-template-marker-unknown = { $marker } nunca se completa: los marcadores nombran un campo de contact, lead, company, customer o profile, como {"{{"}contact.name{"}}"}
said-template-param-unknown = la plantilla no tiene el marcador { $marker }
said-template-example = da un ejemplo para { $marker }
said-template-button = un botón necesita un texto
said-template-value = da un valor para { $marker }
said-template-unapproved = El servicio de mensajería no aprobó esta plantilla; solo se pueden enviar las aprobadas
said-template-no-file = Esta plantilla no tiene archivo sobre su texto; omite “file”
said-template-not-decided-here = El servicio de mensajería de esta plantilla la revisa; aquí solo se informa la decisión de un servicio propio

## Live checks

said-connector-none = esta versión no tiene un conector del tipo { $kind }
said-channel-not-connected = el canal no está conectado a la cuenta
said-channel-not-configured = el canal { $channel } no está en la configuración
said-status-read = { $crm } recibió el estado y respondió { $status }, como se espera para un mensaje de prueba
said-webhook-missing = la fuente no tiene dirección o secreto de webhook
said-webhook-secret = el secreto de webhook no se puede usar
said-telegram-token = falta el token del bot, o no es un token
said-telegram-bot = { $name } responde
said-telegram-refused = Telegram respondió: { $text }
said-telegram-answered = Telegram respondió { $status }: { $text }
said-telegram-unreadable = Telegram respondió { $status } con algo que no es una respuesta suya
said-telegram-file = no se pudo leer el archivo aquí
said-server-answered = tu servidor respondió { $status }
said-server-unconnected = no hay conexión con tu servidor
said-server-late = tu servidor no respondió en { $seconds } segundos
said-server-broke = la conexión se cortó
said-url-scheme = la dirección debe comenzar con https://
said-url-plain = http simple no se permite, usa https://
said-url-user = la dirección no debe tener usuario ni contraseña
said-url-host = la dirección no tiene servidor
said-url-port = el puerto { $port } no se permite: usa 443 o un puerto desde 1024
said-url-lookup = el nombre { $host } no se puede consultar ahora; revísalo o usa https://
said-url-private = { $host } no es una dirección pública
said-install-ours = un problema del lado de Parom impide la instalación; el proveedor encuentra la causa en el registro
said-install-gone = la cuenta ya no está en la base de datos de Parom
said-install-leaving = la cuenta se está quitando
said-install-paused = las instalaciones nuevas de “{ $integration }” están pausadas
said-install-foreign = el acceso es de una cuenta distinta de la que respondió
said-install-no-chats = la cuenta { $account } no tiene ID en la Chats API (amojo_id): los chats están desactivados allí, consulta al soporte de { $crm }
said-install-given-up =
    abandonado después de { $count ->
        [one] { $count } intento
       *[other] { $count } intentos
    }: { $reason }
said-net-name = el DNS no conoce el nombre
said-net-refused = la conexión fue rechazada
said-net-certificate = el certificado no se acepta
said-net-late = no hubo respuesta a tiempo
said-net-unreachable = no hay ruta a esta dirección
said-net-cut = la conexión se interrumpió
said-net-proxy-down = el proxy del servicio no responde; el proveedor ve con parom doctor cuál es
said-net-proxy-login = el proxy del servicio no deja pasar esta llamada; el proveedor debe revisar su usuario, contraseña y reglas
said-net-proxy-way = el proxy del servicio no encuentra ruta a esta dirección
said-import-not-json = esta línea no es JSON
said-import-not-utf8 = un carácter de esta línea está dañado: no es UTF-8
said-import-encoding = no se conoce la codificación de este archivo: guárdalo como UTF-8 (en Excel: “CSV UTF-8”) y súbelo de nuevo
said-import-empty = el archivo no tiene ninguna línea después de los nombres de los campos
said-import-twice = una línea anterior tiene este ID
said-import-column = La columna “{ $column }” está vacía
said-import-no-bot = no se puede importar el mensaje de un agente: el canal no tiene bot y la línea no tiene sender.user_id
said-import-undelivered = { $crm } no lo aceptó; está entre los mensajes no entregados
said-import-erased = se borró mientras tanto
said-import-no-source = La fuente fue eliminada: restáurala y continúa.
said-import-history-refused = El servicio de mensajería no muestra los mensajes anteriores: { $reason }
said-import-history-away = El servicio de mensajería no responde ahora: { $reason }. Se le preguntará de nuevo automáticamente.
said-no-answer-in-time = sin respuesta a tiempo
said-import-over = Esta importación terminó y ya no se puede cambiar: { $state }.
said-import-busy = otra persona está cambiando esta importación: intenta de nuevo
said-import-header = la primera línea de un archivo CSV debe nombrar los campos; falta { $missing }
said-import-type = el cuerpo debe ser application/x-ndjson, text/csv o application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
said-import-old-workbook = es un libro de un Excel antiguo o con contraseña: guárdalo como .xlsx sin contraseña o como CSV
said-import-meaning = “{ $word }” no es un significado de una columna de este archivo; hay: { $all }
said-import-columns = la primera fila no nombra campos de un mensaje, así que indica qué significan las columnas: según sus nombres, --columns { $columns }. Mira antes los mensajes con --dry-run
said-import-columns-twice = dos columnas tienen el mismo significado: elige una
said-import-columns-date = la columna con la fecha
said-import-columns-text = la columna con el texto o con enlaces a archivos
said-import-columns-chat = la columna que distingue a los clientes: teléfono, correo, nombre o ID del chat
said-import-dates = el orden de día y mes: “{ $date }” puede leerse de dos formas
said-import-dates-mixed = unas fechas tienen primero el día y otras el mes: corrígelas en el archivo
said-import-we = qué valores de “{ $column }” son tu lado: { $values }
said-import-future = su fecha está en el futuro: comprueba el orden de día y mes
said-import-no-sender = no dice quién escribió
said-import-no-chat = no dice de qué cliente es
said-import-phone = el teléfono del cliente no es un número de teléfono
said-dump-unknown = este archivo no son mensajes línea por línea ni una exportación que se pueda leer
said-dump-archive = el archivo comprimido está dañado: expórtalo de nuevo
said-dump-large = la exportación tiene más de { $most } MB de texto (import.file_mb): exporta menos chats o un periodo más corto cada vez
said-dump-cut = el archivo termina a la mitad, en la línea { $line }: expórtalo de nuevo
said-dump-broken = el archivo está dañado en la línea { $line }: expórtalo de nuevo
said-dump-mixed = la línea { $line } está escrita de otra manera que las anteriores: importa cada exportación por separado
said-dump-orders = en la línea { $line } va primero el día y en la línea { $other } el mes: importa cada exportación por separado
said-dump-dates = ninguna fecha de este archivo muestra si va primero el día o el mes: elígelo (“Fechas” o --dates)
said-dump-date = la fecha de la línea { $line } no existe o está en el futuro: comprueba el orden de día y mes
said-dump-no-date = no tiene una fecha legible
said-dump-we = elige cuál de estos nombres es el tuyo (“Tu nombre en la exportación” o --we): { $names }
said-dump-group = los grupos no se importan, solo los chats con un cliente: { $names }
said-dump-no-customer = no es un chat con un cliente: { $names }
said-dump-phone = el teléfono del cliente necesita el código de país, por ejemplo +79151112233
said-dump-note = una nota, no un mensaje
said-dump-omitted = el archivo no está en la exportación: exporta el chat con sus archivos
said-dump-nothing = no tiene texto ni archivo
said-dump-strange = esto no es un mensaje
said-install-queued = primero se terminan otras instalaciones
said-key-too-fast = esta clave puede enviar { $most } solicitudes por segundo: envía menos y repite esta después del tiempo de Retry-After
said-key-too-much = esta clave puede enviar { $most } MB por día (UTC): repite después del tiempo de Retry-After o pide más al proveedor
said-imports-many = esta cuenta ya tiene { $most } importaciones en curso: espera a que termine una o cancela una
said-imports-large = los archivos de las importaciones en curso de esta cuenta pueden tener { $most } MB en total: espera a que termine una o cancela una
said-account-full = la cuenta alcanzó su límite de { $most } MB guardados: guarda los textos menos días, elimina archivos e importaciones o pide más al proveedor
said-disk-share = el disco del servidor está casi lleno y esta cuenta guarda más que otras: guarda los textos menos días o repite más tarde
said-visitor-too-much = hoy no se aceptan más archivos aquí
said-templates-not-reviewed = Este servicio de mensajería no revisa plantillas.
said-agreement-changed = el acuerdo cambió mientras tanto: léelo de nuevo
