# Machine-made: no native has read it yet.

## Reasons, each with what to do (the error passport)

reason-recipient_blocked = El cliente bloqueó el bot o eliminó el chat.
reason-recipient_blocked-fix = Escribe al cliente por otro servicio o llámalo.
reason-recipient_unreachable = El cliente no está en esta app de mensajería o no se le puede contactar.
reason-recipient_unreachable-fix = Revisa el número en el contacto. Quizás el cliente te bloqueó: escríbele por otro servicio o llámalo.
reason-window_closed = El cliente escribió hace demasiado tiempo: ya no se acepta texto libre.
reason-window_closed-fix = Envía una plantilla aprobada o responde cuando el cliente escriba de nuevo.
reason-media_gone = El archivo ya no está disponible en el enlace del remitente.
reason-media_gone-fix = Pide que envíen el archivo de nuevo.
reason-media_too_big = El archivo pesa { $size } y la app de mensajería acepta hasta { $limit }.
reason-media_too_big-fix = Envía un archivo más pequeño o un enlace.
reason-kind_not_supported = La app de mensajería no acepta mensajes de este tipo: { $kind }.
reason-kind_not_supported-fix = Envíalo como archivo o como texto.
reason-writing_first = Aquí no se puede escribir primero.
reason-writing_first-fix = Responde cuando el cliente escriba o contáctalo por otro servicio.
reason-marketing_stopped = El cliente rechazó la publicidad.
reason-marketing_stopped-fix = Envía una plantilla de servicio, o registra el consentimiento en la página del cliente si lo dio.
reason-rate_limited = La app de mensajería pidió ir más despacio. Parom espera y envía en orden.
reason-rate_limited-fix = No hay que hacer nada.
reason-messenger_down = La app de mensajería no responde.
reason-messenger_down-fix =
    No hay que hacer nada: Parom lo sigue intentando durante { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }.
reason-access_revoked = La app de mensajería ya no acepta el acceso guardado.
reason-access_revoked-fix = Haz clic en “Conectar de nuevo” en la fuente.
reason-crm_down = { $crm } no responde.
reason-crm_down-fix = No hay que hacer nada: Parom lo intenta de nuevo y conserva el orden.
reason-crm_refused = { $crm } rechazó el mensaje.
reason-crm_refused-fix = El motivo está en “Detalles” del mensaje. Copia el informe y escribe a soporte.
reason-crm_unpaid = La cuenta de { $crm } no está pagada.
reason-crm_unpaid-fix = Paga { $crm }: lo que espera llegará en orden.
reason-channel_detached = { $crm } desconectó el canal de chats.
reason-channel_detached-fix = Desactiva y activa la integración en { $crm }: las fuentes quedan.
reason-signature_refused = { $crm } no acepta la firma de Parom.
reason-signature_refused-fix = Soporte ya lo sabe. Los mensajes esperan.
reason-source_paused = La fuente está en pausa.
reason-source_paused-fix = Activa la fuente.
reason-webhook_suspended = Tu servidor falló durante 24 horas, así que Parom pausó la fuente.
reason-webhook_suspended-fix = Repara el servidor y haz clic en “Probar y activar” en la fuente.
reason-too_old =
    Se intentó la entrega durante { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    } sin éxito.
reason-too_old-fix = Envía de nuevo o escribe otra vez al cliente.
reason-webhook_status = Tu servidor respondió { $status }.
reason-webhook_status-fix = La respuesta debe ser 2xx. La respuesta completa está en “Detalles”.
reason-webhook_timeout = Tu servidor no respondió en 15 segundos.
reason-webhook_timeout-fix = Primero guarda el evento, responde 2xx y procésalo después.
reason-dropped_by_person = { $name } detuvo la entrega.
reason-dropped_by_person-fix = Haz clic en “Enviar de nuevo” si fue un error.
reason-outcome_unknown = El mensaje se envió, pero no se sabe si llegó.
reason-outcome_unknown-fix = Revisa el chat antes de enviar de nuevo.
reason-refused = La app de mensajería rechazó el mensaje.
reason-refused-fix = El motivo está en “Detalles” del mensaje. Cambia lo que indica la app de mensajería y escribe de nuevo.
reason-internal = Parom no pudo entregar el mensaje. Soporte encontrará la causa en el registro.
reason-internal-fix = Envía de nuevo. Si vuelve a fallar, copia el informe y escribe a soporte.
reason-source_disconnected = La fuente de este chat fue eliminada.
reason-source_disconnected-fix = Escribe al cliente por otra fuente.
reason-no_bot = El mensaje se escribió fuera de { $crm } y este canal no tiene un bot para mostrarlo.
reason-no_bot-fix = Pide a soporte que indique el bot del canal y envía de nuevo.
reason-suspended = Esta cuenta está suspendida. Los mensajes se reciben y esperan.
reason-suspended-fix = Escribe a soporte.
reason-plan_ended = La suscripción al servicio ha terminado. Los mensajes se reciben y esperan.
reason-plan_ended-fix = Renueva la suscripción o escribe a soporte.
reason-found_in_history = Se escribió hace { $age } y se encontró ahora en el historial de { $crm }: Parom no lo supo a tiempo.
reason-found_in_history-fix = Envíalo si aún tiene sentido o quítalo. Por sí solo nunca se envía.

## Reasons in a few words, as headings

reason-short-too_old = No se pudo entregar a tiempo
reason-short-dropped_by_person = Detenido por una persona
reason-short-source_disconnected = Fuente eliminada
reason-short-recipient_blocked = Bloqueado por el cliente
reason-short-conversation_deleted = Chat eliminado por el cliente
reason-short-recipient_unreachable = No se puede contactar al cliente
reason-short-unsupported = Tipo no admitido
reason-short-writing_first = No se puede escribir primero
reason-short-marketing_stopped = Publicidad rechazada
reason-short-window_closed = El cliente escribió hace demasiado tiempo
reason-short-rejected = Rechazado
reason-short-no_bot = El canal no tiene bot
reason-short-found_in_history = Encontrado en el historial, espera una decisión
reason-short-internal = Error de Parom o resultado desconocido
reason-short-other = Otros motivos
