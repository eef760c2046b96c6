# Machine-made: no native has read it yet.

## Messengers

connector-telegram = Bot de Telegram
connector-whatsapp = WhatsApp Business
connector-webchat = Chat del sitio
connector-max = Bot de MAX
connector-custom = Tu propia app de mensajería (API)
connector-telegram-about = Los clientes escriben a tu bot. Archivos, respuestas, ediciones y reacciones van en ambos sentidos. Telegram no informa cuándo un mensaje se entrega o se lee.
connector-whatsapp-about = Los clientes escriben a tu número de WhatsApp Business. Se puede escribir libremente durante 24 horas tras el último mensaje del cliente; después, solo con una plantilla aprobada.
connector-webchat-about = Una ventana de chat en tu sitio. Una línea de código, sin registro para el cliente.
connector-custom-about = Para desarrolladores: envía y recibe mensajes con la API pública y webhooks firmados.

## Sources: list and page

sources-title = Fuentes
sources-used = { $used } de { $limit } en uso
sources-add = Agregar fuente
sources-empty-title = Aún no hay fuentes
sources-empty-text = Una fuente es un número, un bot o un sitio donde te escriben los clientes. En el embudo aparece como el origen de un lead.
sources-col-name = Fuente
sources-col-messenger = Mensajería
sources-col-pipeline = Embudo
sources-col-state = Estado
sources-col-last-in = Último del cliente
sources-col-last-out = Último al cliente
sources-col-failed = Errores en 24 h
sources-default-mark = Predeterminada
sources-limit-reached = Las { $limit } fuentes están en uso. Elimina una que ya no necesites.
sources-pick-default = No hay fuente predeterminada. Los chats sin fuente van al embudo principal.
source-edit-name = Nombre en { $crm }
source-edit-pipeline = Embudo para los leads nuevos
source-edit-pipeline-hint = Un chat nuevo aparece como lead en “Leads entrantes” de este embudo.
source-edit-default = Fuente predeterminada
source-edit-default-hint = Recibe los chats que no tienen fuente. “{ $name }” dejará de ser la predeterminada.
source-test = Probar fuente
source-test-passed =
    Prueba correcta en { $ms } ms: { $steps ->
        [one] { $steps } paso
       *[other] { $steps } pasos
    }.
source-test-failed = La prueba se detuvo en el paso “{ $step }”: { $reason }
source-pause = Pausar fuente
source-pause-confirm =
    Los mensajes de “{ $source }” se recibirán y esperarán. { $count ->
        [0] Ninguno espera
        [one] { $count } mensaje espera
       *[other] { $count } mensajes esperan
    } ahora.
source-resume = Activar
source-reconnect = Conectar de nuevo
source-delete = Eliminar fuente
source-delete-confirm =
    ¿Eliminar “{ $source }”? { $chats ->
        [0] No tiene chats
        [one] { $chats } chat queda en { $crm } pero no recibirá más mensajes
       *[other] { $chats } chats quedan en { $crm } pero no recibirán más mensajes
    }. { $waiting ->
        [0] No hay mensajes en espera
        [one] { $waiting } mensaje en espera pasa a “No entregados”
       *[other] { $waiting } mensajes en espera pasan a “No entregados”
    }.
source-deleted-in-crm = Esta fuente fue eliminada en { $crm }. Los chats nuevos van a la fuente predeterminada hasta que la crees de nuevo.
source-create-again = Crear en { $crm } de nuevo
source-abilities = Qué admite esta app de mensajería

## Why a source is in its state, and its one button

source-access-goes-out =
    { $waiting ->
        [one] { $waiting } mensaje en espera sale ahora.
       *[other] { $waiting } mensajes en espera salen ahora.
    }
source-access-saved = Guardado. { $messenger } acepta este acceso.
source-reason-access_refused = La app de mensajería ya no acepta el acceso guardado.
source-reason-credentials_erased = La integración se desactivó en { $crm }, así que se borró el acceso guardado a la app de mensajería. Ingrésalo de nuevo; los chats y las opciones se conservan.
source-reason-test_failed = La última prueba falló y desde entonces no ha pasado ningún mensaje.
source-reason-messenger_unreachable = La app de mensajería no responde. Los mensajes esperan y se reintentan automáticamente.
source-reason-webhook_suspended = Tu servidor falló durante 24 horas, así que Parom pausó la fuente. Los mensajes esperan aquí, cada uno 24 horas.
source-reason-deleted_in_crm = Alguien eliminó esta fuente en { $crm }. Los chats nuevos van a la fuente predeterminada hasta que la crees de nuevo.
source-reason-pipeline_archived = Su embudo está archivado en { $crm }, así que los leads nuevos no se ven. Elige otro.
source-reason-account_not_connected = La cuenta aún no está conectada.
source-reason-account_access_lost = { $crm } ya no acepta el acceso que otorgó. Los mensajes se siguen entregando; las opciones no se pueden cambiar.
source-reason-account_unpaid = La cuenta de { $crm } no está pagada.
source-reason-account_blocked = { $crm } rechaza todas las solicitudes de esta cuenta. Los mensajes esperan.
source-reason-account_suspended = Esta cuenta está suspendida. Los mensajes se reciben y esperan.
source-reason-account_plan_ended = La suscripción al servicio ha terminado. Los mensajes se reciben y esperan.
source-reason-account_disconnected = La cuenta está desconectada. No se entregan mensajes.
source-reason-channel_disconnected = { $crm } desconectó el canal de chats. Las fuentes quedan.
source-reason-channel_misconfigured = { $crm } no acepta la firma de Parom. Soporte ya lo sabe; los mensajes esperan.
source-reason-channel_not_allowed = El canal de chats aún no está abierto para esta cuenta. Pide a soporte que la agregue.
source-action-test = Probar fuente
source-action-reconnect = Conectar de nuevo
source-action-resume = Activar
source-action-restore = Crear en { $crm } de nuevo
source-action-choose_pipeline = Elegir un embudo
source-action-allow_access = Volver a autorizar
source-action-connect_account = Conectar
source-action-pay = Pagar { $crm }
source-action-support = Escribir a soporte

## Testing a source

source-test-credentials = La app de mensajería acepta el acceso
source-test-webhook = Los mensajes van a la dirección correcta
source-test-chat = { $crm } abre un chat de prueba sin lead
source-test-message = { $crm } acepta un mensaje de prueba sin notificación
source-test-status = { $crm } acepta un estado de entrega
source-test-person = Parom (prueba)
source-test-text = Esta es una prueba de la conexión. No necesita respuesta.

## Sources that are not ours

stray-own_default = { $crm } creó la fuente “{ $name }” al instalar la integración. Los chats sin fuente van a ella.
stray-own_default-fix = Deja que tu fuente predeterminada se haga cargo de su embudo y sus chats, o quítala.
stray-unknown = { $crm } tiene la fuente “{ $name }”, que Parom no creó.
stray-unknown-fix = Si nadie la necesita, quítala. O deja que tu fuente predeterminada se haga cargo de su embudo.
stray-adopt = Hacerse cargo
stray-remove = Quitar

## From one source to several

migration-title = De una fuente a varias
migration-default_source = Una fuente predeterminada
migration-default_source-todo = Elige la fuente que reemplaza la línea anterior: recibe los chats que no tienen fuente.
migration-bind_chats = Vincular los chats a su fuente
migration-bind_chats-todo = No hay que hacer nada: cada chat se vincula a su fuente con el próximo mensaje.
migration-more_sources = Más fuentes
migration-more_sources-todo = Agrega el siguiente número, bot o sitio.

## Sources: further words of the pages

answer-yes = Sí
answer-no = No
source-name-deleted = { $name } (eliminada)
source-someone = alguien
source-tabs = Partes de la fuente
source-tab-overview = Estado
source-tab-settings = Opciones
source-tab-design = Diseño
source-tab-access = Acceso
source-tab-shadow = En paralelo con otro servicio
source-tab-test = Prueba
source-danger = Pausar y eliminar
source-pipeline-number = Embudo { $id }
source-pipelines-as-of = Embudos actualizados desde { $crm } { $time }.
source-pipelines-away = { $crm } aún no envió sus embudos. Todo lo demás se puede cambiar; el embudo queda como está.
source-edit-contact = Contacto de un chat nuevo
source-edit-lead-origin = Guardar en el lead de dónde vino el cliente
source-edit-lead-origin-hint = Las etiquetas UTM, los parámetros de enlaces y los anuncios llenan los campos de seguimiento vacíos del lead. El resto va a una nota.
source-edit-new-chats = Chats nuevos por hora, como máximo
source-edit-new-chats-hint = Los demás chats que los clientes empiezan en esa hora se retienen: nada de ellos llega a { $crm } hasta que los liberes. Vacío: sin límite.
source-services = Servicios para WhatsApp
source-services-title = { $name }: servicios para WhatsApp
source-services-about = Qué más ofrece { $crm } para esta fuente. Úsalo si su app de mensajería es WhatsApp.
source-services-waba = WhatsApp oficial (WABA)
source-services-waba-hint = Las plantillas de esta fuente van a revisión y { $crm } muestra la ventana de tiempo. La ventana del canal debe acordarse con { $crm }.
source-services-lists = Mensajes de lista
source-services-lists-hint = Salesbot en { $crm } puede enviar listas para elegir.
source-services-numbers = Números para el botón en un sitio
source-services-numbers-hint = Un número por línea, con el nombre que muestra { $crm }: +79005550101, Ventas
source-services-wrong = Cada línea empieza con un número de teléfono, luego una coma y el nombre: +79005550101, Ventas
contact-rule-leave = { $crm } elige el contacto según sus propias reglas
contact-rule-link = Un chat nuevo se vincula al contacto con el mismo teléfono o correo
contact-rule-create = Antes de un chat nuevo se crea un contacto
source-edit-default-first = Recibe los chats que no tienen fuente.
source-to-enter-secret = Un token guardado no se muestra otra vez. ¿Lo perdiste? Ingresa uno nuevo en esta pestaña:
source-is-default = Esta es la fuente predeterminada. Para cambiarla, marca otra.
source-id-ours = ID en Parom
source-id-external = ID externo
source-id-crm = ID en { $crm }
source-held =
    { $count ->
        [one] { $count } mensaje espera
       *[other] { $count } mensajes esperan
    }, el más antiguo desde { $stamp }.
source-paused = “{ $source }” está en pausa. Los mensajes se reciben y esperan.
source-resumed = “{ $source }” está activada.
source-resume-nothing = No hay mensajes en espera. “{ $source }” se reanuda de inmediato.
source-resume-choose = Qué hacer con los mensajes en espera
source-resume-all =
    { $count ->
        [one] Enviar { $count } mensaje
       *[other] Enviar los { $count } mensajes
    }
source-resume-younger =
    { $hours ->
        [one] Enviar solo los de la última hora
       *[other] Enviar solo los de las últimas { $hours } horas
    }
source-resume-none = No enviar ninguno
source-resume-dropped = Los mensajes que no se envíen pasan a “No entregados”; sus agentes lo ven en { $crm }.
source-deleted = “{ $source }” está eliminada.
source-restored = “{ $source }” se creó de nuevo en { $crm }.
source-changed-settings = Cambiado; los valores nuevos están en “Acceso”
source-crm-away = { $crm } no responde. No ha cambiado nada y tus valores se conservan: inténtalo de nuevo en un minuto.
source-refused-other = Fue rechazado, no ha cambiado nada: { $reason }
source-refused-crm_refused = { $crm } lo rechazó, no ha cambiado nada: { $reason }
source-refused-crm_unpaid = { $crm } no está pagado y por eso lo rechaza. No ha cambiado nada y tus valores se conservan: paga en { $crm } y haz clic en el botón de nuevo.
source-refused-crm_blocked = { $crm } ha bloqueado esta cuenta. No ha cambiado nada y tus valores se conservan: escribe a soporte y haz clic en el botón de nuevo cuando { $crm } te dé acceso.
source-refused-crm_limit = { $crm } no acepta más fuentes para esta cuenta: { $reason }
source-refused-source_limit = Todas las fuentes de esta cuenta están en uso. Elimina una que ya no necesites.
source-refused-plan_kind = Tu plan no incluye fuentes de este tipo. Escribe a soporte para cambiarlo.
source-refused-tenant_inactive = La cuenta no está activa, así que las fuentes no se pueden cambiar. Abre “Cuenta de { $crm }”.
source-refused-channel_not_connected = El canal de chats no está conectado a esta cuenta. Abre “Cuenta de { $crm }”.
source-refused-deleted_in_crm = Alguien eliminó esta fuente en { $crm }. Primero créala allí de nuevo.
source-refused-not_deleted_in_crm = La fuente está en { $crm }: no hay nada que crear.
source-refused-no_source = Aún no hay una fuente que pueda hacerse cargo. Agrega una primero.
source-test-about = Parom envía un mensaje silencioso por todos los pasos, en un chat aparte. Los clientes no reciben nada y nadie recibe avisos.
source-test-step-failed = Falló
sources-since = desde
sources-may-not = Un propietario o administrador puede cambiarlo.
stray-adopted = Listo: tu fuente se hizo cargo y se quitó la de { $crm }.
stray-removed = La fuente está quitada de { $crm }.
ability-begins-known = Puede escribir primero solo a clientes que ya escribieron aquí y dieron su teléfono
ability-receipts = Informa cuándo un mensaje se entrega y se lee
ability-delivered-on-accept = Los mensajes que acepta la app de mensajería cuentan como entregados
ability-repeat-marked = Tras un corte de conexión los mensajes se repiten con una marca, para que el receptor los reconozca
ability-repeat-freely = Tras un corte de conexión nada llega dos veces
ability-await-status = Tras un corte de conexión Parom espera la confirmación de la app de mensajería antes de enviar de nuevo
ability-resend-once = Tras un corte de conexión un mensaje puede llegar dos veces
ability-speed =
    { $count ->
        [one] Hasta { $count } mensaje por segundo
       *[other] Hasta { $count } mensajes por segundo
    }
ability-takes = Tipos de mensaje: { $kinds }
ability-takes-not = Aún no admite: { $kinds }
ability-takes-as = Convierte: { $kinds }
ability-knows = Admite: { $features }
ability-replaces = Se envía como texto: { $features }
ability-apart = Se envía por separado: { $features }
ability-lacks = No admite: { $features }
ability-name-captions = texto bajo los archivos
ability-name-media_groups = archivos enviados juntos
ability-name-buttons = botones
ability-name-lists = listas para elegir
ability-name-quotes = citas
ability-name-forwards = mensajes reenviados
ability-name-templates = plantillas con sus valores
ability-name-comments = respuestas a comentarios
ability-name-reactions = reacciones
ability-name-typing = “está escribiendo”
ability-name-write_first = escribir primero
ability-name-edits = mensajes editados
source-tab-appearance = Apariencia
source-tab-hours = Horario
source-tab-before = Antes del chat
source-tab-after = Después del chat
source-tab-languages = Idiomas
source-tab-install = Instalación
source-preview = Vista previa
source-preview-question = Hola. ¿Entregan los domingos?
source-preview-answer = Sí, de 10 a 18 h.
source-languages-hint = Los visitantes ven los textos en el idioma de su navegador. Si aquí falta un texto, se usa el de las otras pestañas o, si tampoco está, el de Parom en ese idioma.
source-language-add = agregar textos
source-language-written = { $count } de { $all } textos
source-preview-language = Idioma del visitante
widget-embed-nowhere-here = La lista de sitios está vacía, así que el chat no aparece en ninguna parte. Agrega tu sitio arriba.
source-sites = Comprueba que funciona
source-sites-hint = Publica la línea, abre una página del sitio y vuelve a cargar esta: aquí se ve cuándo el sitio cargó el chat por última vez.
source-site-seen = última carga
source-site-unseen = ninguna página ha cargado el chat todavía
source-install-gtm = Google Tag Manager
source-install-how-gtm = Nueva etiqueta → HTML personalizado, pega la línea, activador “All Pages” y publica el contenedor.
source-install-tilda = Tilda
source-install-how-tilda = Site settings → More → HTML code for the head section, pega la línea y publica todas las páginas.
source-install-wordpress = WordPress
source-install-how-wordpress = Con un plugin de código para encabezado y pie: pega la línea en “Footer”. O ponla en footer.php del tema, antes de </body>.
source-install-bitrix = 1C-Bitrix
source-install-how-bitrix = Settings → Site templates → tu plantilla: pega la línea en footer.php, antes de </body>, y borra la caché.

## The source's page: how it is doing

source-failures = Últimos mensajes no entregados
source-failures-all = Todos los no entregados de esta fuente
source-entrance = Dónde escriben los clientes
source-entrance-hint = Pon el enlace en tu sitio y en las firmas de correo; imprime el código QR.
source-qr = Código QR de { $link }
source-changes = Quién cambió qué

## Junto a otro servicio

shadow-sees = Qué ve
shadow-about = Recibe en paralelo con otro servicio, guarda lo que recibe y lo compara. No envía nada.
shadow-sees-questions = Ve lo que escriben los clientes, no lo que responde el otro servicio.
shadow-sees-both = Ve lo que escriben los clientes y lo que responde el otro servicio.
shadow-sees-nothing = No ve nada hasta el cambio: la app de mensajería entrega a un solo receptor, y ese es el otro servicio.
shadow-row-questions = Lo que escriben los clientes, con archivos y cambios
shadow-row-answers = Lo que responde el otro servicio
shadow-row-statuses = Si las respuestas del otro servicio se entregaron y leyeron
shadow-row-history = Mensajes de antes de agregar la fuente
shadow-days = Mensajes por día
shadow-days-hint = Elige un día (UTC) para compararlo con { $crm }.
shadow-nothing = Aún no ha recibido nada.
shadow-compared = { $day }, comparado con { $crm }
shadow-in-crm = En { $crm }
shadow-on-both = En ambos lados
shadow-how = { $crm } muestra a Parom los chats de otros servicios solo como eventos: hora, dirección y contacto, sin texto ni línea. Los mensajes forman un par si hay como máximo dos minutos entre ellos, así que entre los que faltan aquí puede haber otras líneas de ese servicio.
shadow-cut = El día tiene más mensajes de los que se comparan, aquí o en { $crm }.
shadow-missing-here = Faltan aquí
shadow-missing-in-crm = Faltan en { $crm }
shadow-differences = Diferencias
shadow-none = Ninguno.
shadow-chats = Chats del día
shadow-chats-hint = Si la fuente funcionara, los nuevos leads irían { $pipeline }. Sin contacto: { $crm } no tiene ninguno con el teléfono o correo del cliente, o ese día escribieron más de 30 clientes.
shadow-pipeline-main = al embudo principal
shadow-pipeline-named = al embudo “{ $pipeline }”
shadow-col-day = Día
shadow-col-seen = Vistos
shadow-col-time = Hora
shadow-col-direction = Dirección
shadow-col-contact = Contacto en { $crm }
shadow-col-origin = Canal
shadow-col-answer = Responder ahora
shadow-answer-text = libremente
shadow-answer-until = libremente hasta
shadow-answer-template = solo con una plantilla
shadow-answer-nothing = no antes de que el cliente vuelva a escribir
shadow-templates = Plantillas que se podrían enviar: { $names }
shadow-templates-none = Aún no se podría enviar ninguna plantilla del número.
