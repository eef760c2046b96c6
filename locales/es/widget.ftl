# Machine-made: no native has read it yet.

## Widget: settings window

widget-empty = Conecta una app de mensajería o tu sitio: los mensajes llegan a { $crm } y ahí los respondes.
widget-summary = { $used } de { $limit }
widget-add-source = Agregar fuente
widget-open-panel = Abrir el panel
widget-design = Diseñar el chat
widget-sign-in-title = Iniciar sesión en Parom
widget-login = Usuario
widget-password = Contraseña
widget-sign-in = Iniciar sesión y conectar
widget-wrong-credentials = El usuario o la contraseña no coinciden. Revisa el idioma del teclado y Bloq Mayús.
widget-too-many-tries = Demasiados intentos. El próximo será posible { $time }.
widget-wrong-account = Esta ventana es de otra cuenta de { $crm }. Vuelve a cargar la página e inicia sesión de nuevo.
widget-provisioning = { $crm } acaba de instalar la integración. Parom está terminando la configuración. Esta ventana se actualiza sola.
widget-not-admin = Puedes ver las fuentes. Un administrador de la cuenta de { $crm } puede cambiarlas: { $admins }.
widget-no-connection = Parom no responde. Tus mensajes no se ven afectados. La ventana lo intentará de nuevo { $time }.
widget-removing =
    Al desactivar la integración, los mensajes se detienen de inmediato. { $sources ->
        [one] { $sources } fuente y sus chats quedan
       *[other] { $sources } fuentes y sus chats quedan
    } en { $crm }.
card-title = Chats de este contacto
card-no-chats = Este contacto aún no tiene chats en Parom.
card-last-failure = Último error { $time }: { $reason }
card-where = ¿Dónde está mi mensaje?
card-window-left =
    Se puede escribir libremente { $hours ->
        [one] { $hours } hora más
       *[other] { $hours } horas más
    }
card-window-over = Terminó el tiempo para escribir libremente. Envía una plantilla aprobada.
card-window-wait = Terminó el tiempo para escribir libremente. Podrás responder cuando el cliente escriba de nuevo.

## Widget: words for moderation and amoMarket

widget-short-description = Mensajería y chat del sitio en la tarjeta del lead
widget-description = Los mensajes de tus clientes llegan de las apps de mensajería y de tu sitio a la tarjeta del lead, y las respuestas vuelven. Hasta 50 fuentes, cada una con su embudo.
widget-tour-description = Agrega una fuente, elige su embudo y envía un mensaje de prueba. Cada mensaje muestra dónde está.
widget-setting-state = Conexión

## Widget: further sentences

widget-connect = Conectar
widget-allow-again = Volver a autorizar
widget-provisioning-late = { $crm } no ha avisado a Parom de la instalación. Haz clic en “Conectar” y permite el acceso: después todo continúa solo.
widget-embed-nowhere = El chat aparece solo en los sitios de la lista y la lista está vacía. Abre el panel y agrega tu sitio en “Instalación”.
widget-not-installed = Haz clic en “Instalar” para que Parom cree fuentes y entregue mensajes en { $crm }. Después todo continúa solo.
widget-not-admin-unnamed = Puedes ver las fuentes. Un administrador de la cuenta de { $crm } puede cambiarlas.
widget-privacy = Política de privacidad
widget-consent = Acepto el tratamiento de los mensajes y contactos de esta cuenta según el acuerdo
widget-consent-agreement = Acuerdo de tratamiento de datos
widget-consent-give = Confirmar
widget-no-answer = Parom no respondió. No se sabe si el cambio se guardó: revisa la lista antes de repetirlo.
widget-unexpected = Parom no pudo hacerlo. No ha cambiado nada.
widget-popup-blocked = El navegador bloqueó la pestaña nueva. Ábrela con este enlace:
widget-source-gone = Esta fuente no está en Parom. Tal vez fue eliminada.
widget-pipeline-main = Por defecto: el embudo principal
widget-created = Se creó “{ $source }”. Pruébala antes de darla a tus clientes.
widget-write-first = Escribe primero tú: tu mensaje llegará a { $crm } como el de un cliente.
widget-deleted = Se eliminó “{ $source }”.
widget-testing = Prueba en curso, suele tardar unos segundos…
widget-stray-adopt = Hacerse cargo
widget-stray-remove = Quitar de { $crm }
widget-resume-nothing = ¿Activar “{ $source }”? No hay mensajes en espera.
widget-resume-held =
    ¿Activar “{ $source }”? { $count ->
        [one] { $count } mensaje en espera, el más antiguo llegó { $time }
       *[other] { $count } mensajes en espera, el más antiguo llegó { $time }
    }.
widget-resume-all = Entregarlos todos
widget-resume-drop =
    No entregar los de hace más de { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
time-in-seconds =
    { $count ->
        [one] en { $count } segundo
       *[other] en { $count } segundos
    }
widget-more-settings = Más opciones
widget-kind-change = Elegir otro
widget-consent-says = El acceso se da en la página de la propia app de mensajería, desde el panel en una pestaña nueva. No hay nada que copiar.
widget-consent-waits = Continúa en la pestaña nueva. Esta ventana muestra la fuente en cuanto esté conectada.

### Pasos del Salesbot

salesbot-step-ask = Preguntar en la app de mensajería y esperar
salesbot-step-ask-text = Pregunta
salesbot-step-ask-buttons = Botones, separados por ;
salesbot-step-ask-hours = Horas de espera de la respuesta (hasta 720)
salesbot-step-window = ¿El cliente está dentro de la ventana?
salesbot-step-template = Enviar una plantilla o si no
salesbot-step-template-template = Plantilla: su nombre o número
salesbot-step-template-values = Valores de sus marcadores, separados por ;
salesbot-step-template-text = Texto mientras se permiten mensajes libres (en lugar de la plantilla)
salesbot-exit-answered = El cliente respondió
salesbot-exit-timed_out = Sin respuesta a tiempo
salesbot-exit-refused = No enviado
salesbot-exit-within = Se permiten mensajes libres
salesbot-exit-outside = Solo se puede enviar una plantilla
salesbot-exit-no_chat = No hay chat
salesbot-exit-sent = Enviado
