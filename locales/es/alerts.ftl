# Machine-made: no native has read it yet.

## Alerts: subject and body

alert-source_stopped-subject = { $source } ({ $account }): detenida
alert-source_stopped-body =
    La fuente “{ $source }” no funciona desde { $stamp }: { $messenger } ya no acepta su acceso. Motivo: { $reason }. Los mensajes de los clientes no llegan; { $waiting ->
        [0] no hay mensajes en espera
        [one] { $waiting } mensaje de agentes espera
       *[other] { $waiting } mensajes de agentes esperan
    } aquí. Haz clic en “Conectar de nuevo”: { $url }
alert-source_blocked-subject = { $source } ({ $account }): bloqueada por { $messenger }
alert-source_blocked-body = “{ $source }” está bloqueada por { $messenger } desde { $stamp }. No se envía ni se recibe nada. Abre el aviso de la app de mensajería y respóndelo; las demás fuentes no se ven afectadas. { $url }
alert-source_silent-subject = { $source } ({ $account }): más silenciosa de lo normal
alert-source_silent-body =
    El último mensaje de “{ $source }” llegó { $time }; a esta hora suele haber { $usual ->
        [one] { $usual } mensaje
       *[other] { $usual } mensajes
    } por hora. Las comprobaciones de Parom son correctas. Escríbele desde tu teléfono o haz clic en “Probar fuente”: { $url }
alert-source_moved-subject = { $source } ({ $account }): los mensajes van a otro lugar
alert-source_moved-body = Desde { $stamp }, { $messenger } envía los mensajes de “{ $source }” a { $host }. Alguien conectó el mismo bot o número a otro servicio. Para recuperarlos haz clic en “Conectar de nuevo”: { $url }
alert-source_gone-subject = { $source } ({ $account }): eliminada en { $crm }
alert-source_gone-body = La fuente “{ $source }” fue eliminada en { $crm }. Los mensajes siguen llegando, pero los leads nuevos reciben la fuente predeterminada “{ $default }”. Haz clic en “Crear en { $crm } de nuevo”: { $url }
alert-needs_reauth-subject = { $account }: vuelve a autorizar el acceso a { $crm }
alert-needs_reauth-body = { $crm } no renueva el acceso de la cuenta { $account } desde { $stamp }. Los mensajes siguen llegando en ambos sentidos. Las fuentes, los embudos y las plantillas no se pueden cambiar hasta que un administrador haga clic en “Volver a autorizar”: { $url }
alert-needs_reauth-cut_off-body = { $crm } no renueva el acceso de la cuenta { $account } desde { $stamp } y ha desconectado el canal de chats. Los mensajes de los clientes se reciben y esperan aquí hasta que un administrador haga clic en “Volver a autorizar”: { $url }
alert-token_expiring-subject =
    { $source } ({ $account }): el acceso termina en { $days ->
        [one] { $days } día
       *[other] { $days } días
    }
alert-token_expiring-body = El token de { $messenger } de “{ $source }” es válido hasta { $stamp }. Ahora todo funciona. Emite un token permanente y pégalo: { $url }
alert-unpaid-subject = { $account }: { $crm } no está pagado, los mensajes pueden esperar
alert-unpaid-body =
    { $crm } informa desde { $stamp } que la cuenta { $account } no está pagada y puede rechazar mensajes. { $waiting ->
        [0] Ahora no espera aquí ningún mensaje
        [one] { $waiting } mensaje espera aquí y se conservará hasta { $until }
       *[other] { $waiting } mensajes esperan aquí y se conservarán hasta { $until }
    }. Después del pago todo llegará en orden, sin que tengas que hacer nada.
alert-crm_unreachable-subject = { $account }: { $crm } no responde
alert-crm_unreachable-body =
    { $crm } no responde desde { $stamp }. { $waiting ->
        [0] Ningún mensaje de clientes espera
        [one] { $waiting } mensaje de clientes espera
       *[other] { $waiting } mensajes de clientes esperan
    } en Parom. Parom lo intenta de nuevo por sí solo, conserva el orden y te avisa cuando vuelva a funcionar. Lo que los agentes escribieron antes sigue saliendo: { $url }
alert-undelivered-subject =
    { $count ->
        [one] { $count } mensaje no se entregó
       *[other] { $count } mensajes no se entregaron
    }: { $source } ({ $account })
alert-undelivered-body = Motivo más frecuente desde { $stamp }: { $reason }. { $advice } Los agentes lo ven en las tarjetas. Abra la lista: { $url }
alert-late-subject = { $account }: los mensajes llegan tarde, algunos tardan { $delay }
alert-late-body =
    En los últimos 15 minutos, uno de cada 20 mensajes tardó { $delay } o más; { $count ->
        [0] ninguno espera ahora
        [one] { $count } mensaje espera desde hace demasiado
       *[other] { $count } mensajes esperan desde hace demasiado
    }. Ambos lados responden, se conserva el orden y no se pierde nada. Parom se pone al día automáticamente: { $url }
alert-webhook_suspended-subject = { $source } ({ $account }): tu servidor no responde desde hace 24 horas
alert-webhook_suspended-body =
    Parom dejó de llamar a { $host }. { $waiting ->
        [one] { $waiting } evento espera
       *[other] { $waiting } eventos esperan
    }; después de { $until } pasan a “No entregados”. Repara el servidor y haz clic en “Probar y activar”: { $url }
alert-template_rejected-subject = La app de mensajería rechazó la plantilla “{ $template }” ({ $account })
alert-template_rejected-body = El motivo de la app de mensajería: { $reason }. Copia la plantilla, corrígela y envíala a revisión de nuevo: { $url }
alert-template_paused-subject = Plantilla “{ $template }” ({ $account }): pausada por la app de mensajería
alert-template_paused-body = Por ahora no puedes enviarla. El motivo de la app de mensajería: { $reason }. Usa otra plantilla o escribe una mejor: { $url }
alert-template_changed-subject = Plantilla “{ $template }” ({ $account }): cambió la categoría o la calidad
alert-template_changed-body = Ahora su categoría es { $category } y su calidad, { $quality }. El precio depende de la categoría, y las plantillas de baja calidad se pausan: { $url }
alert-resolved-subject = Resuelto: { $subject }
alert-resolved-body = Se resolvió { $time }. Duró { $duration }.
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
alert-media_full-body = Desde { $stamp }, los archivos de la cuenta { $account } ocupan todos sus { $most } MB. Los mensajes se siguen entregando; en lugar de cada archivo nuevo aparece una línea que lo indica. Los archivos más antiguos se eliminan solos. Para tener más espacio, escribe a soporte: { $url }
alert-found_in_history-subject =
    { $account }: { $count ->
        [one] { $count } mensaje se encontró en el historial de { $crm }
       *[other] { $count } mensajes se encontraron en el historial de { $crm }
    }
alert-found_in_history-body =
    Por una interrupción, Parom no se enteró a tiempo de mensajes de los agentes. { $held ->
        [0] Todos van ahora en camino a los clientes.
        [one] { $held } mensaje tiene más de 15 minutos y espera tu decisión.
       *[other] { $held } mensajes tienen más de 15 minutos y esperan tu decisión.
    } Envíalos o quítalos: { $url }
alert-messenger_unreachable-subject = { $source } ({ $account }): { $messenger } no responde
alert-messenger_unreachable-body =
    { $messenger } no responde para “{ $source }” desde { $stamp }. { $waiting ->
        [0] Ningún mensaje de agentes espera
        [one] { $waiting } mensaje de agentes espera
       *[other] { $waiting } mensajes de agentes esperan
    } aquí. Parom lo intenta de nuevo por sí solo y conserva el orden; las demás fuentes no se ven afectadas: { $url }
alert-line_not_set-subject = { $source } ({ $account }): los mensajes de los clientes no llegan
alert-line_not_set-body = Desde { $stamp }, { $messenger } no envía aquí los mensajes de “{ $source }” porque no acepta la dirección de Parom. Dice: { $reason }. Lo que escriben los agentes sigue saliendo. Abre la fuente y conéctala de nuevo: { $url }
alert-line_failing-subject = { $source } ({ $account }): los mensajes de los clientes se retrasan
alert-line_failing-body = Desde { $stamp }, { $messenger } no puede entregar los mensajes de “{ $source }”. Dice: { $reason }. Lo que escriben los agentes sigue saliendo, y { $messenger } vuelve a enviar lo que no llegó. Prueba la fuente: { $url }
alert-line_trouble-subject = { $source } ({ $account }): { $messenger } informa de un problema
alert-line_trouble-body = Aviso sobre “{ $source }” desde { $stamp }: { $reason }. Las demás fuentes no se ven afectadas. Abre la fuente: { $url }
alert-chats_flooded-subject = { $source } ({ $account }): demasiados chats nuevos
alert-chats_flooded-body = En una hora empezaron más de { $most } chats en “{ $source }”; por ahora no se aceptan más. Los chats ya empezados siguen. Si tu sitio no tiene más visitas de lo normal, puede ser spam: pide un nombre antes del primer mensaje. Abre la fuente: { $url }
alert-chats_held-subject = { $source } ({ $account }): chats nuevos retenidos, { $count }
alert-chats_held-body = En una hora los clientes empezaron en “{ $source }” más chats de los que la fuente deja pasar: { $count } están retenidos. Si no son spam, libéralos; si lo son, bloquéalos: { $url }
alert-business_off-subject = { $source } ({ $account }): { $who } desactivó el bot
alert-business_off-body = Desde { $stamp }, “{ $source }” no recibe mensajes de los chats de { $who }. Los demás chats siguen funcionando. { $who } puede activar el bot de nuevo en la configuración de { $messenger }. Después prueba la fuente: { $url }
alert-pipeline_archived-subject = { $source } ({ $account }): su embudo ya no existe
alert-pipeline_archived-body = El embudo de “{ $source }” fue archivado o eliminado en { $crm }. Los mensajes siguen llegando a sus chats, pero los leads nuevos de esta fuente no se ven. Elige otro embudo: { $url }
alert-route_failed-subject =
    { $fault ->
        [undecided] { $account }: las consultas nuevas no se reparten
       *[other] { $account }: la regla “{ $rule }” no funciona
    }
alert-route_failed-body =
    { $fault ->
        [stage_gone] La etapa de la regla “{ $rule }” se eliminó en { $crm }: las consultas nuevas se quedan donde están. Elige otra etapa: { $url }
        [user_gone] La persona de la regla “{ $rule }” ya no está en { $crm }: las consultas nuevas van al suplente. Elige a otra persona: { $url }
        [unanswered] La regla “{ $rule }” aún no se ha podido aplicar. Se sigue intentando durante un día y medio. Si { $crm } funciona, revisa la regla: { $url }
        [undecided] Las consultas nuevas esperan entre los leads entrantes: no se les han podido aplicar las reglas. Parom sigue intentándolo durante un día y medio. Si { $crm } funciona, revisa la cuenta: { $url }
       *[other] { $crm } rechazó lo que pide la regla “{ $rule }”: { $reason }. Las consultas nuevas van al suplente. Revisa la regla: { $url }
    }
alert-sales_not_sent-subject = { $account }: las ventas no llegan a { $target }
alert-sales_not_sent-body = { $target } no aceptó una venta: { $reason }. Los demás destinos y los chats no se ven afectados. Revise el destino y envíe la venta de nuevo: { $url }
alert-limit_near-subject = { $account }: { $percent } % de un límite en uso: { $limit }
alert-limit_near-body = “{ $limit }” de la cuenta { $account } está al { $percent } % del límite. Todo sigue funcionando. Libera espacio o pide más a soporte: { $url }
alert-limit_reached-subject = { $account }: límite alcanzado: { $limit }
alert-limit_reached-body = “{ $limit }” de la cuenta { $account } está al { $percent } % del límite. Los mensajes de las apps de mensajería y de { $crm } siguen como antes; lo demás que exceda el límite se rechaza. Libera espacio o pide más a soporte: { $url }
alert-plan_ending-subject = { $account }: la suscripción al servicio termina el { $date }
alert-plan_ending-body = La suscripción de la cuenta { $account } al servicio termina el { $date }. Los mensajes se entregan hasta { $until }; después se reciben y esperan aquí hasta que se renueve. Renuévala o escribe a soporte: { $url }
alert-plan_grace-subject = { $account }: la suscripción al servicio terminó el { $date }
alert-plan_grace-body = La suscripción de la cuenta { $account } al servicio terminó el { $date }. Los mensajes todavía se entregan hasta { $until }; después se reciben y esperan aquí hasta que se renueve. Renuévala o escribe a soporte: { $url }
alert-plan_ended-subject = { $account }: no se entrega nada, la suscripción terminó el { $date }
alert-plan_ended-body = La suscripción de la cuenta { $account } al servicio terminó el { $date }. Los mensajes se reciben y esperan aquí; cuando se renueve, se entregarán en orden. Los mensajes a clientes esperan 24 horas; los mensajes a { $crm }, 7 días. Renuévala o escribe a soporte: { $url }
alert-group-subject = { $account }: { $what } ({ $count })
alert-group-body = Desde { $stamp }: { $sources }. Las demás fuentes funcionan como antes. Abre la lista: { $url }
alert-group-more = { $count } más
alert-do-access = Conectar de nuevo
alert-do-resume = Probar y activar
alert-do-held = Ver chats retenidos
alert-do-source = Abrir la fuente
alert-do-sources = Abrir las fuentes
alert-do-templates = Abrir las plantillas
alert-do-routing = Abrir las reglas
alert-do-sales = Abrir las ventas
alert-do-undelivered = Abrir “No entregados”
alert-do-overview = Abrir el resumen
alert-do-account = Abrir la cuenta
alert-do-admin = Abrir las alertas
alert-several-subject =
    { $account }: { $count ->
        [one] { $count } alerta
       *[other] { $count } alertas
    }
alert-kind-undelivered = Hay mensajes no entregados
alert-kind-late = Los mensajes llegan tarde
alert-kind-source_blocked = Una app de mensajería bloquea un bot o un número
alert-kind-messenger_unreachable = Una app de mensajería no responde
alert-kind-line_not_set = Una app de mensajería no acepta la dirección de Parom
alert-kind-line_failing = Una app de mensajería no puede entregar mensajes
alert-kind-chats_flooded = Empiezan demasiados chats en un sitio
alert-kind-chats_held = Más chats nuevos de los que una fuente deja pasar
alert-kind-line_trouble = Una app de mensajería informa de un problema con un bot o un número
alert-kind-business_off = Alguien desactivó el bot en sus chats
alert-kind-source_silent = Una fuente está más silenciosa de lo normal
alert-kind-token_expiring = El token de una app de mensajería vence pronto
alert-kind-pipeline_archived = El embudo de una fuente ya no existe
alert-kind-route_failed = Una regla de distribución no funciona
alert-kind-sales_not_sent = Las ventas no llegan a un destino
alert-kind-crm_unreachable = { $crm } no responde
alert-kind-limit_near = Un límite está casi alcanzado
alert-kind-limit_reached = Se alcanzó un límite
alert-kind-plan_ending = La suscripción al servicio termina pronto
alert-kind-plan_grace = La suscripción al servicio terminó
alert-kind-plan_ended = La entrega se detuvo: la suscripción terminó
alert-kind-source_stopped = Una app de mensajería ya no acepta el acceso de una fuente
alert-kind-webhook_suspended = El servidor de tu propia app de mensajería falló durante 24 horas
alert-kind-source_gone = Se eliminó una fuente en { $crm }
alert-kind-needs_reauth = { $crm } no renueva el acceso
alert-kind-unpaid = { $crm } no está pagado
alert-kind-blocked = { $crm } rechaza todas las solicitudes
alert-kind-found_in_history = Se encontraron mensajes en el historial de { $crm }
alert-kind-media_full = No queda espacio para archivos
alert-kind-template_rejected = Una app de mensajería rechazó una plantilla
alert-kind-template_paused = Una app de mensajería pausó una plantilla
alert-kind-template_changed = Una app de mensajería cambió la categoría o la calidad de una plantilla

## Alerts: the page

alerts-title = Alertas
alerts-col-alert = Alerta
alerts-none = No hay alertas abiertas.
alerts-earlier = Alertas anteriores
alerts-taken = Te encargas tú. No recibirás más avisos durante 4 horas.
alerts-muted = Silenciada hasta { $stamp }. La alerta sigue aquí.
alerts-letters = A dónde van las alertas
alerts-letters-about = Recibes un aviso un minuto después de que algo falla, otro a las 4 horas y otro cuando se resuelve; sobre un mismo problema, como máximo uno por hora. Nunca contienen el texto de los mensajes.
alerts-mail-off = Las alertas por correo están desactivadas: este servidor no tiene correo configurado. Las alertas se muestran aquí.
alerts-letters-to-me = Avisarme por
alerts-email = Las alertas van a { $email }.
alerts-email-hint = Primero enviamos un código a esta dirección; después, las alertas.
alerts-kinds = Tipos de alertas
alerts-group-chosen =
    { $off ->
        [0] todas activadas
       *[other] { $on } de { $all } activadas
    }
alerts-group-messages = Mensajes
alerts-group-messages-about = Un mensaje no llega a un cliente o a un agente, o llega tarde.
alerts-group-sources = Apps de mensajería y fuentes
alerts-group-sources-about = Una app de mensajería detiene, bloquea o pierde una de tus fuentes.
alerts-group-account = Cuenta y suscripción
alerts-group-account-about = { $crm } rechaza la cuenta, o se acaba un límite o la suscripción.
alerts-group-templates = Plantillas
alerts-group-templates-about = Una app de mensajería rechaza, detiene o cambia una plantilla.
alerts-readers = Quién recibe alertas
alerts-no-address = sin dirección
alerts-switch-on = Activar correo
alerts-switch-off = Desactivar correo
alerts-switched-on = { $name } recibe alertas por correo.
alerts-switched-off = { $name } ya no recibe alertas por correo.
alerts-code = Código del correo enviado a { $email }
alerts-code-confirm = Confirmar dirección
alerts-code-sent = Se envió un código a { $email }. Es válido 10 minutos.
alerts-code-unsent = No se envió el correo con el código: el servidor de correo lo rechazó. Revisa la dirección.
alerts-code-wrong = Este no es el código del último correo.
alerts-code-gone = El código venció. Guarda la dirección de nuevo y llegará otro.
alerts-code-wait =
    Demasiados códigos. El próximo en { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
alerts-address-proved = Desde ahora las alertas van a { $email }.
alerts-channel-email = Correo electrónico
alerts-channel-chat = Telegram
alerts-channel-push = Navegador
alerts-push-about = Recibe las alertas como notificaciones de este navegador, incluso con el panel cerrado.
alerts-push-on = Activar en este navegador
alerts-push-remove = Desactivar
alerts-push-here = este navegador
alerts-push-added = Las alertas se muestran desde ahora en { $name }.
alerts-push-removed = Las alertas ya no se muestran en { $name }.
alerts-push-denied = Este navegador bloquea las notificaciones de esta página. Permítelas para este sitio en la configuración del navegador e inténtalo de nuevo.
alerts-push-failed = El servicio de notificaciones del navegador no respondió. Inténtalo más tarde.
alerts-push-unsupported = Este navegador no puede mostrar notificaciones.
alerts-push-framed = No puedes activar las notificaciones dentro de { $crm }. Abre el panel en su propia pestaña del navegador.
alerts-push-scripts = Las notificaciones necesitan JavaScript.
alerts-push-damaged = El navegador no envió todo lo que necesitan las notificaciones. Inténtalo de nuevo.
alerts-push-most = Las alertas ya se muestran en { $most } de tus navegadores. Desactiva uno primero.
alerts-push-wait = Demasiados intentos. Inténtalo en un minuto.
alerts-push-browser = Navegador
alerts-channel-webhook = Webhook
alerts-choose-kinds = Elegir alertas
alerts-of-person = Sobre qué recibe avisos { $name }
alerts-chat-about = Vincula un chat o un grupo con nuestro bot y las alertas llegarán allí de inmediato.
alerts-chat-on = Vinculado
alerts-chat-link = Vincular un chat
alerts-chat-again = Vincular otro chat
alerts-chat-unlink = Desvincular el chat
alerts-chat-asked = El código está abajo. Es válido 15 minutos.
alerts-chat-code = Abre el chat con @{ $bot } y toca “Start”, o envíale este código. Es válido hasta { $stamp }. Si es un grupo, primero agrega el bot.
alerts-chat-open = Abrir Telegram
alerts-chat-look = Ya lo envié
alerts-chat-unlinked = El chat está desvinculado. Ya no llegan alertas allí.
alerts-chat-away = Telegram no responde. Inténtalo de nuevo en un minuto.
alerts-chat-wait = Demasiados códigos. Inténtalo de nuevo en un minuto.
alerts-chat-blocked = Ya no llegan alertas a tu chat: el bot fue bloqueado o quitado allí. Desbloquéalo y vincula el chat de nuevo.
alerts-chat-stopped = Ya no llegan alertas a tu chat: alguien escribió /stop allí. Vincúlalo de nuevo para recibirlas.
alerts-webhook-about = Parom envía cada alerta y su resolución a tu propio programa como JSON firmado.
alerts-webhook-url = Dirección de tu programa
alerts-webhook-not-url = Una dirección se ve así: https://example.com/alerts.
alerts-webhook-secret = Guardado. Esta clave firma cada solicitud; guárdala en tu programa.
alerts-webhook-remove = Quitar el webhook
alerts-webhook-removed = El webhook está quitado.
alerts-webhook-trouble = Las solicitudes fallan desde { $stamp }: { $reason } Cada alerta se reintenta durante 24 horas.
alert-chat-linked = Este chat está vinculado y recibirá alertas. Para dejar de recibirlas, escribe /stop.
alert-chat-how = Este bot informa de problemas entre la mensajería y el CRM. Para vincular este chat, haz clic en “Vincular un chat” aquí: { $url }/panel/alerts
alert-chat-stopped = Ya no llegan alertas aquí. Para recibirlas de nuevo, vincula este chat otra vez en el panel, en “Alertas”.
mail-alert-code-subject = { $code } es el código para los correos de alertas
mail-alert-code-body =
    Alguien quiere que las alertas de la cuenta { $account } lleguen a esta dirección. Si fuiste tú, ingresa este código en el panel:
    { $code }
    Si no, no hagas nada: sin el código no llegará ningún correo.
