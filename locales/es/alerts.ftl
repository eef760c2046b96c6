## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): detenida, conéctala de nuevo
alert-source_stopped-body =
    La fuente “{ $source }” no funciona desde { $stamp }: { $messenger } ya no acepta su acceso. Motivo: { $reason }. Los mensajes de los clientes no llegan; { $waiting ->
        [0] no hay mensajes en espera
        [one] { $waiting } mensaje de agentes espera
       *[other] { $waiting } mensajes de agentes esperan
    } aquí. Pulsa “Conectar de nuevo”: { $url }
alert-source_blocked-subject = { $source } ({ $account }): bloqueada por { $messenger }
alert-source_blocked-body = “{ $source }” está bloqueada por { $messenger } desde { $stamp }. No se envía ni se recibe nada. Abre el aviso del servicio de mensajería y respóndelo; las demás fuentes no se ven afectadas. { $url }
alert-source_silent-subject = { $source } ({ $account }): más silenciosa de lo normal
alert-source_silent-body =
    El último mensaje de “{ $source }” llegó { $time }; a esta hora suele haber { $usual ->
        [one] { $usual } mensaje
       *[other] { $usual } mensajes
    } por hora. Las comprobaciones de Parom son correctas. Escríbele desde tu teléfono o pulsa “Probar fuente”: { $url }
alert-source_moved-subject = { $source } ({ $account }): los mensajes van a otro lugar
alert-source_moved-body = Desde { $stamp }, { $messenger } envía los mensajes de “{ $source }” a { $host }. Alguien conectó el mismo bot o número a otro servicio. Para recuperarlos pulsa “Conectar de nuevo”: { $url }
alert-source_gone-subject = { $source } ({ $account }): eliminada en { $crm }
alert-source_gone-body = La fuente “{ $source }” fue eliminada en { $crm }. Los mensajes siguen llegando, pero los leads nuevos reciben la fuente predeterminada “{ $default }”. Pulsa “Crear en { $crm } de nuevo”: { $url }
alert-needs_reauth-subject = { $account }: permite de nuevo el acceso a { $crm }
alert-needs_reauth-body = { $crm } no renueva el acceso de la cuenta { $account } desde { $stamp }. Los mensajes siguen llegando en ambos sentidos. Las fuentes, los embudos y las plantillas no se pueden cambiar hasta que un administrador pulse “Permitir el acceso de nuevo”: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): el acceso termina en { $days ->
        [one] { $days } día
       *[other] { $days } días
    }
alert-token_expiring-body = El token de { $messenger } de “{ $source }” es válido hasta { $stamp }. Ahora todo funciona. Emite un token permanente y pégalo: { $url }
alert-unpaid-subject = { $account }: { $crm } no está pagado, los mensajes esperan
alert-unpaid-body =
    { $crm } no acepta mensajes de la cuenta { $account } desde { $stamp }. { $waiting ->
        [one] { $waiting } mensaje espera
       *[other] { $waiting } mensajes esperan
    } aquí y se conservarán hasta { $until }. Después del pago llegarán en orden, sin que tengas que hacer nada.
alert-crm_unreachable-subject = { $account }: { $crm } no responde desde hace { $duration }
alert-crm_unreachable-body =
    { $waiting ->
        [one] { $waiting } mensaje de clientes espera
       *[other] { $waiting } mensajes de clientes esperan
    } en Parom. Parom lo intenta de nuevo por sí solo y conserva el orden. Recibirás otro correo cuando vuelva a funcionar.
alert-undelivered-subject =
    { $source } ({ $account }): { $count ->
        [one] { $count } mensaje no se entregó
       *[other] { $count } mensajes no se entregaron
    }
alert-undelivered-body = Desde { $stamp }, fuente “{ $source }”. Motivo más frecuente: { $reason } Los agentes lo ven en las tarjetas. La lista y “Enviar de nuevo”: { $url }
alert-late-subject = { $account }: los mensajes llegan tarde, hasta { $delay }
alert-late-body =
    { $waiting ->
        [one] { $waiting } mensaje espera
       *[other] { $waiting } mensajes esperan
    }, el más antiguo desde { $stamp }. Causa: { $reason } No se pierde nada.
alert-webhook_suspended-subject = { $source } ({ $account }): tu servidor no responde desde hace 24 horas
alert-webhook_suspended-body =
    Parom dejó de llamar a { $host }. { $waiting ->
        [one] { $waiting } evento espera
       *[other] { $waiting } eventos esperan
    }; después de { $until } pasan a “No entregados”. Repara el servidor y pulsa “Probar y activar”: { $url }
alert-template_rejected-subject = Plantilla “{ $template }” ({ $account }): rechazada por el servicio de mensajería
alert-template_rejected-body = El motivo del servicio de mensajería: { $reason } Copia la plantilla, corrígela y envíala a revisión de nuevo: { $url }
alert-template_paused-subject = Plantilla “{ $template }” ({ $account }): detenida por el servicio de mensajería
alert-template_paused-body = Por ahora no se puede enviar. El motivo del servicio de mensajería: { $reason } Usa otra plantilla o escribe una mejor: { $url }
alert-template_changed-subject = Plantilla “{ $template }” ({ $account }): el servicio de mensajería la valora distinto
alert-template_changed-body = Su categoría ahora es { $category } y su calidad { $quality }. Otra categoría tiene otro precio; con mala calidad la plantilla se detiene: { $url }
alert-resolved-subject = Resuelto: { $subject }
alert-resolved-body = Terminó { $time }. Duró { $duration }.
alert-acknowledge = Me encargo
alert-mute =
    Silenciar por { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    }
alert-why = Recibes este correo porque las alertas de la cuenta { $account } van a { $email }. Para cambiarlo: { $url }
alert-blocked-subject = { $account }: { $crm } rechaza todas las solicitudes, los mensajes esperan
alert-blocked-body =
    { $crm } rechaza todas las solicitudes de la cuenta { $account } desde { $stamp }. { $waiting ->
        [0] Ningún mensaje espera
        [one] { $waiting } mensaje espera
       *[other] { $waiting } mensajes esperan
    } aquí; cada uno se conserva 7 días. Pregunta el motivo al soporte de { $crm }; Parom sigue intentándolo y envía en orden lo que espera: { $url }
alert-media_full-subject = { $account }: no hay espacio para más archivos
alert-media_full-body = Los archivos de la cuenta { $account } ocupan sus { $most } MB desde { $stamp }. Los mensajes siguen; en lugar de un archivo nuevo aparece una línea que lo indica. Los archivos más antiguos se eliminan solos. Para tener más espacio, escribe al servicio: { $url }
alert-found_in_history-subject =
    { $account }: { $count ->
        [one] { $count } mensaje se encontró en el historial de { $crm }
       *[other] { $count } mensajes se encontraron en el historial de { $crm }
    }
alert-found_in_history-body =
    Los agentes escribieron y Parom no lo supo a tiempo: hubo una interrupción. { $held ->
        [0] Todo está ahora en camino a los clientes.
        [one] { $held } mensaje tiene más de 15 minutos y espera tu decisión.
       *[other] { $held } mensajes tienen más de 15 minutos y esperan tu decisión.
    } Enviar o quitar: { $url }
alert-several-subject =
    { $account }: { $count ->
        [one] { $count } alerta
       *[other] { $count } alertas
    }
alert-kind-source_stopped = Un servicio de mensajería ya no acepta el acceso de una fuente
alert-kind-webhook_suspended = El servidor de tu propia mensajería falló durante 24 horas
alert-kind-source_gone = Se eliminó una fuente en { $crm }
alert-kind-needs_reauth = { $crm } no renueva el acceso
alert-kind-unpaid = { $crm } no está pagado
alert-kind-blocked = { $crm } rechaza todas las solicitudes
alert-kind-found_in_history = Se encontraron mensajes en el historial de { $crm }
alert-kind-media_full = Los archivos ocupan todo su espacio
alert-kind-template_rejected = Un servicio de mensajería rechazó una plantilla
alert-kind-template_paused = Un servicio de mensajería detuvo una plantilla
alert-kind-template_changed = Un servicio de mensajería cambió la categoría o la calidad de una plantilla

## Alerts: the page

alerts-title = Alertas
alerts-none = No hay alertas abiertas.
alerts-taken = Te encargas tú. No habrá correos durante 4 horas.
alerts-muted = Silenciada hasta { $stamp }. La alerta sigue aquí.
alerts-letters = Correos
alerts-letters-about = Llega un correo un minuto después de que algo falla, otro a las 4 horas y otro cuando se resuelve. Nunca contienen el texto de los mensajes.
alerts-mail-off = No se envían correos: el proveedor no ha configurado un servidor de correo. Las alertas se muestran aquí.
alerts-letters-to-me = Enviarme correos sobre alertas
alerts-email = Los correos van a { $email }.
alerts-email-hint = A esta dirección va primero un código y después los correos.
alerts-kinds = Sobre qué
alerts-readers = Quién recibe correos
alerts-no-address = no ha indicado una dirección
alerts-switch-on = Enviar correos
alerts-switch-off = No enviar correos
alerts-switched-on = { $name } recibe correos.
alerts-switched-off = { $name } no recibe correos.
alerts-code = Código del correo enviado a { $email }
alerts-code-confirm = Confirmar dirección
alerts-code-sent = Se envió un código a { $email }. Es válido 10 minutos.
alerts-code-unsent = El correo con el código no salió: el servidor de correo lo rechazó. Revisa la dirección.
alerts-code-wrong = Este no es el código del último correo.
alerts-code-gone = El código venció. Guarda la dirección de nuevo y llegará otro.
alerts-code-wait =
    Demasiados códigos. El próximo en { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
alerts-address-proved = Desde ahora los correos van a { $email }.
mail-alert-code-subject = { $code } es el código para los correos de alertas
mail-alert-code-body =
    Alguien quiere que las alertas de la cuenta { $account } lleguen a esta dirección. Si fuiste tú, ingresa este código en el panel:

    { $code }

    Si no, no hagas nada: sin el código no llegará ningún correo.
