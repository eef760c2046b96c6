# Machine-made: no native has read it yet.

## Widget: settings window

widget-title = Parom: servicios de mensajería en { $crm }
widget-summary = { $used } de { $limit } fuentes
widget-add-source = Agregar fuente
widget-open-panel = Abrir el panel
widget-sign-in-title = Iniciar sesión en Parom
widget-login = Usuario
widget-password = Contraseña
widget-sign-in = Iniciar sesión y conectar
widget-wrong-credentials = El usuario o la contraseña no coinciden. Revisa el idioma del teclado y Bloq Mayús.
widget-too-many-tries = Demasiados intentos. El próximo será posible { $time }.
widget-wrong-account = Esta ventana es de otra cuenta de { $crm }. Vuelve a cargar la página e inicia sesión de nuevo.
widget-provisioning = { $crm } acaba de instalar la integración. Parom está terminando; la ventana se actualiza sola.
widget-not-admin = Puedes ver las fuentes. Un administrador de la cuenta de { $crm } puede cambiarlas: { $admins }.
widget-no-connection = Parom no responde. Tus mensajes no se ven afectados. La ventana lo intentará de nuevo { $time }.
widget-removing =
    Al desactivar la integración, los mensajes se detienen de inmediato. { $sources ->
        [one] { $sources } fuente y sus chats quedan
       *[other] { $sources } fuentes y sus chats quedan
    } en { $crm }.
card-title = Chats de este contacto
card-no-chats = Este contacto aún no tiene chats por Parom.
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
widget-description = Los mensajes de tus clientes, de la mensajería y de tu sitio, llegan a la tarjeta del lead y las respuestas vuelven a ellos. Hasta 50 fuentes, cada una con su embudo.
widget-tour-description = Agrega una fuente, elige su embudo y envía un mensaje de prueba. Cada mensaje muestra dónde está.
widget-setting-state = Conexión

## Widget: further sentences

widget-connect = Conectar
widget-allow-again = Permitir el acceso de nuevo
widget-provisioning-late = { $crm } no ha avisado a Parom de la instalación. Pulsa “Conectar” y permite el acceso: la ventana continuará sola.
widget-embed-nowhere = El chat aparece solo en los sitios de la lista y la lista está vacía. Abre el panel y agrega tu sitio en “Instalación”.
widget-not-installed = Pulsa “Instalar”: { $crm } permitirá a Parom crear fuentes y llevar mensajes. Esta ventana continuará sola.
widget-not-admin-unnamed = Puedes ver las fuentes. Un administrador de la cuenta de { $crm } puede cambiarlas.
widget-privacy = Política de privacidad
widget-consent = Acepto que los mensajes y contactos de esta cuenta se traten según el acuerdo
widget-consent-agreement = Acuerdo de tratamiento de datos
widget-consent-give = Confirmar
widget-no-answer = Parom no respondió. No se sabe si el cambio se guardó: mira la lista antes de repetirlo.
widget-unexpected = Parom no pudo hacerlo. No ha cambiado nada.
widget-popup-blocked = El navegador no abrió la pestaña nueva. Ábrela con este enlace:
widget-source-gone = Esta fuente no está en Parom. Tal vez fue eliminada.
widget-pipeline-main = Por defecto: el embudo principal
widget-created = “{ $source }” está creada. Pruébala antes de darla a tus clientes.
widget-deleted = “{ $source }” está eliminada.
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
widget-more-settings = Más ajustes
