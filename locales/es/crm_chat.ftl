# Machine-made: no native has read it yet.

## Texts of a message in amoCRM for what a messenger or the CRM does not support

carried-forward = Mensaje reenviado:
carried-forward-of = Reenviado de { $name }:
carried-location = Ubicación: { $map }
carried-contact = Contacto: { $name }, { $phone }
carried-signed = { $name }:
carried-unknown = [Un mensaje de tipo desconocido: { $kind }]

## Why a message failed, as managers read it in the chat

failure-conversation_deleted = El cliente eliminó el chat.
failure-recipient_blocked = El cliente bloqueó el bot o eliminó el chat.
failure-source_disconnected = La fuente de este chat ya no está conectada.
failure-internal = Parom no pudo entregar el mensaje.
failure-recipient_unreachable = No se puede contactar al cliente por esta app de mensajería.
failure-unsupported = La app de mensajería no admite mensajes de este tipo.
failure-writing_first = Aquí no se puede escribir primero. Responde cuando el cliente escriba.
failure-marketing_stopped = El cliente rechazó la publicidad. Envía una plantilla de servicio.
failure-window_closed = El tiempo para escribir libremente terminó.
failure-template-waiting = La plantilla “{ $template }” aún no llegó a la app de mensajería. Se podrá enviar cuando esté aprobada.
failure-template-review = La plantilla “{ $template }” está en revisión. Se podrá enviar cuando esté aprobada.
failure-template-rejected = La app de mensajería rechazó la plantilla “{ $template }”. Elige otra.
failure-template-paused = La app de mensajería pausó la plantilla “{ $template }”. Elige otra.
failure-template-disabled = La app de mensajería desactivó la plantilla “{ $template }”. Elige otra.
failure-template-deleted = La plantilla “{ $template }” se eliminó en la app de mensajería. Elige otra.
failure-template-unknown = La app de mensajería no ha aprobado ninguna plantilla con este texto. Elige una aprobada.
failure-window_closed-over-template = Pasaron más de { $time } desde el último mensaje del cliente. Envía una plantilla aprobada.
failure-window_closed-over = Pasaron más de { $time } desde el último mensaje del cliente. Podrás responder cuando escriba de nuevo.
failure-window_closed-unheard-template = El cliente aún no escribió aquí. Solo se puede enviar una plantilla aprobada.
failure-window_closed-unheard = El cliente aún no escribió aquí. Podrás responder cuando escriba.
failure-window_closed-hours =
    { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
failure-rejected = La app de mensajería rechazó el mensaje.
failure-rejected-with = La app de mensajería rechazó el mensaje: respondió { $status }.
failure-writes-elsewhere = Este cliente tiene un chat en “{ $source }”. Escríbele desde allí.
failure-no-phone = No hay un número de teléfono al que escribir.
failure-phone-ambiguous = { $phone } puede ser un número de dos países. Escríbelo con + y el código de país.
failure-empty = El mensaje no tiene texto.
failure-found-late = El mensaje se encontró tarde. Espera hasta que alguien lo envíe o lo quite.
failure-found-dropped = El mensaje llegó tarde a Parom y alguien decidió no enviarlo.
failure-no-longer-true = La respuesta automática no se envió: esperó hasta que empezó el horario de atención.
failure-other = El mensaje no se entregó.

crm-chat-blocked = [{ $who } bloqueó a este cliente. Lo que escribe se guarda y no se muestra aquí]
crm-chat-unblocked = [{ $who } desbloqueó a este cliente. Los mensajes nuevos se muestran aquí de nuevo]
