# Machine-made: no native has read it yet.

## amoCRM account and access

account-access = Acceso a { $crm }
account-allow-again = Volver a autorizar
account-allow-again-hint = Las fuentes, los chats y las opciones quedan como están.

## Data: export and delete

data-kept = Qué se guarda y por cuánto tiempo
data-retention = Guardar los textos de los mensajes por
data-retention-usual =
    { $days ->
        [one] { $days } día (predeterminado)
       *[other] { $days } días (predeterminado)
    }
data-retention-days =
    { $days ->
        [0] No guardar (borrar después de la entrega)
        [one] { $days } día
       *[other] { $days } días
    }
data-retention-hint = Se cuenta desde el día en que el mensaje se entrega o falla. Los mensajes en espera o que se pueden enviar de nuevo conservan su texto; en { $crm } no cambia nada.
data-retention-saved = Guardado. Los textos más antiguos se borran en un día.
data-forget-person = Borrar los datos de un cliente
data-forget-person-hint = Por teléfono o ID de chat. Los chats y contactos en { $crm } quedan: elimínalos allí.
data-forget-person-confirm =
    Se borrarán: { $messages ->
        [one] { $messages } mensaje
       *[other] { $messages } mensajes
    } y { $files ->
        [0] ningún archivo
        [one] { $files } archivo
       *[other] { $files } archivos
    }. No se puede deshacer.
data-forget-all = Borrar todos los datos de esta cuenta
data-forget-all-confirm =
    Escribe { $account } para confirmar. { $sources ->
        [one] { $sources } fuente se detiene
       *[other] { $sources } fuentes se detienen
    } al instante.
data-erased = Borrado. El certificado con los totales está en el registro de auditoría.
account-title = Cuenta
account-state = Estado
account-by = Otorgado por
account-user = usuario { $id }
account-not-admin = no es administrador
account-renewed = Renovado
account-next = Próxima renovación
account-who-may = Un propietario o administrador puede volver a autorizar.
account-address = Dirección
account-name = Nombre
account-number = ID de la cuenta
account-zone = Zona horaria
account-default = Fuente predeterminada
account-no-default = Sin elegir
account-strays =
    { $crm } tiene { $count ->
        [one] { $count } fuente
       *[other] { $count } fuentes
    } de esta integración que Parom no creó.
account-strays-open = Verlas
account-channels = Canales
account-no-channels = Aún no hay ningún canal conectado.
account-updates = Cambios de contactos
account-updates-on = Se reciben al instante
account-updates-off = No solicitados
account-updates-refused = No disponibles
account-updates-on-about = { $crm } avisa a Parom cuando un contacto se renombra, fusiona o elimina, y cuando un chat pasa a otro contacto.
account-updates-off-about = Parom los solicita a { $crm } en cuanto la cuenta se conecta.
account-updates-refused-about = { $crm } no envía estos cambios a las integraciones de esta cuenta, como en los planes sin webhooks. No se pierde nada: un cambio se ve cuando alguien abre el chat. Parom pregunta de nuevo cada día.
account-updates-checked = comprobado { $time }
account-channel-not-allowed = { $crm } aún no abrió este canal para la cuenta. Soporte ya lo sabe y debe agregar la cuenta { $account }.
data-col-class = Qué
data-col-term = Cuánto tiempo
data-kept-messages = Mensajes: quién escribió a quién y cuándo
data-kept-messages-term =
    { $days ->
        [one] { $days } día
       *[other] { $days } días
    }. Chats y clientes: hasta que los borres aquí
data-kept-texts = Textos y contenidos de los mensajes
data-kept-texts-term =
    { $days ->
        [0] No se guardan: se borran en cuanto se entrega el mensaje
        [one] { $days } día después de llegar o fallar
       *[other] { $days } días después de llegar o fallar
    }
data-kept-files = Archivos: fotos, mensajes de voz, documentos
data-kept-files-term =
    { $days ->
        [0] No se guardan: se borran al día siguiente de entregarse el mensaje
        [one] { $days } día después de llegar
       *[other] { $days } días después de llegar
    }
data-kept-hooks = Solicitudes entrantes sin procesar
data-kept-hooks-term =
    { $days ->
        [one] { $days } día
       *[other] { $days } días
    }
data-kept-undelivered = Mensajes no entregados
data-kept-undelivered-term =
    { $days ->
        [one] { $days } día
       *[other] { $days } días
    }, o hasta que se envíen de nuevo, se quiten o se borren
data-kept-access = Acceso a { $crm } y a las apps de mensajería
data-kept-access-term = Cifrado mientras se usa; se borra en 24 horas después de desactivar la integración
data-kept-sessions = Inicios de sesión en el panel
data-kept-sessions-term = 12 horas de inactividad, 30 días como máximo
data-kept-audit = Registro de auditoría
data-kept-audit-term =
    { $days ->
        [one] { $days } día
       *[other] { $days } días
    }
data-kept-proofs = Certificados de borrado
data-kept-proofs-term = Para siempre: solo cifras, sin datos de clientes
data-export-title = Exportar datos
data-export-hint = Un archivo con todo lo de esta cuenta: chats, mensajes, fuentes, registro de auditoría. Un objeto JSON por línea; sin secretos.
data-agreement = Acuerdo de tratamiento de datos
data-agreement-given = Aceptado: { $who }, { $time }, versión { $version }.
data-agreement-administrator = Un administrador
data-agreement-missing = Nadie aceptó aún el acuerdo. Un administrador puede hacerlo en la ventana de la integración en { $crm }.
data-agreement-changed = El texto cambió desde entonces.
data-export-button = Descargar todo
data-who = Teléfono o ID de chat
data-who-wrong = Ingresa un teléfono completo con el código del país, como +52 55 1234 5678, o el ID de un chat.
data-none-found = No se encontró nada para este número o chat.
data-forget-count = Buscar datos
data-forget-person-title = ¿Borrar los datos de este cliente?
data-forget-chats =
    Encontrado para “{ $who }”: { $chats ->
        [0] ningún chat
        [one] { $chats } chat
       *[other] { $chats } chats
    }.
data-forget-possible = En estos chats el número está escrito sin código de país, así que puede ser de otra persona. No se borran; abre un chat y bórralo por su ID si es de este cliente.
data-forget-stays = Los chats y contactos en { $crm } quedan.
data-customer-export = Descargar los datos de este cliente
data-forget-button =
    { $messages ->
        [one] Borrar { $messages } mensaje
       *[other] Borrar { $messages } mensajes
    }
data-forget-all-hint = Borra de Parom las fuentes, los chats, los mensajes, las claves y el equipo de esta cuenta y desconecta el canal. Los chats en { $crm } quedan. No se puede deshacer.
data-gone-title = Todos los datos de la cuenta están borrados
data-gone = Todos los datos de { $account } están borrados. Certificado: { $proof }.
data-left = Parom aún no pudo quitar su webhook de estas líneas y lo sigue intentando durante 7 días. Hasta entonces sus apps de mensajería pueden seguir enviando mensajes, cuyos textos Parom no guarda. Para terminarlo tú mismo:
data-left-given-up = Parom no pudo quitar su webhook de estas líneas. Sus apps de mensajería pueden seguir enviando mensajes, cuyos textos Parom no guarda. Para terminarlo:
left-line-avito = Quita el webhook con el método unsubscribe de la API de mensajes de Avito o crea una clave de API nueva.
left-line-facebook = En la configuración de la página, abre las aplicaciones conectadas y quita la aplicación.
left-line-instagram = En la configuración de Instagram, abre “Aplicaciones y sitios web” y quita la aplicación.
left-line-max = Quita la suscripción con el método DELETE /subscriptions de la API de MAX o cambia el token del bot.
left-line-telegram = Quita el webhook con el método deleteWebhook de la Bot API o conecta el bot a otro servicio.
left-line-vk = En la comunidad, abre Gestión, Uso de la API, Callback API, y quita el servidor “Parom”.
left-line-whatsapp = En la configuración de empresa de Meta, abre la cuenta de WhatsApp y quita la aplicación conectada.
left-line-other = Quita en la app de mensajería el webhook con la dirección de Parom.

## Messages that did not come

account-lost = Mensajes perdidos de vista
account-lost-about = { $crm } avisa a Parom de cada mensaje de un agente una sola vez. Los que se pierden durante un corte quedan en el historial de { $crm }; Parom lo revisa cada hora y después de cada corte.
account-lost-look = Buscar mensajes perdidos
account-lost-looked = Parom revisa los chats de las últimas 48 horas. Los mensajes que encuentre aparecen aquí.
account-lost-looking = Parom está revisando ahora.
account-lost-last =
    Última revisión { $time }: { $chats ->
        [0] ningún chat
        [one] { $chats } chat
       *[other] { $chats } chats
    }, { $found ->
        [0] no faltaba nada
        [one] faltaba { $found } mensaje
       *[other] faltaban { $found } mensajes
    }.
account-lost-never = La primera revisión se hace en una hora.
account-lost-found =
    { $count ->
        [one] Hasta ahora se encontró { $count } mensaje.
       *[other] Hasta ahora se encontraron { $count } mensajes.
    }
account-lost-waiting =
    { $count ->
        [one] { $count } mensaje encontrado espera una decisión: envíalo o quítalo.
       *[other] { $count } mensajes encontrados esperan una decisión: envíalos o quítalos.
    }
limits-title = Límites
limits-hint = Las solicitudes que superan un límite se rechazan, con el motivo y la hora para intentar de nuevo. Los límites nunca detienen mensajes de las apps de mensajería ni de { $crm }.
limits-full = agotado
limits-sources = Fuentes
limits-stored = Guardado en total
limits-files = Archivos
limits-visitors = Archivos de visitantes del chat del sitio
limits-imports = Importaciones en curso
limits-imports-size = Archivos de estas importaciones
limits-requests = Solicitudes por segundo por clave de API
limits-key-day = Datos por día por clave de API
limits-messages = Mensajes este mes
limits-used = { $used } de { $most }
limits-used-free = { $used }, sin límite
limits-most = como máximo { $most }
limits-free = sin límite
