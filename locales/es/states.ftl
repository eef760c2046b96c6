# Machine-made: no native has read it yet.

## States: source

source-state-working = Funciona
source-state-working-hint = Último mensaje o prueba: { $time }.
source-state-working-unproved = Aún no hay mensajes ni pruebas.
source-state-untested = Aún sin probar
source-state-checking = Comprobando
source-state-checking-hint = Esperando la primera confirmación de la app de mensajería. Suele tardar menos de un minuto.
source-state-needs_attention = Requiere atención
source-state-needs_attention-hint = Hay que corregirlo: { $reason }
source-state-stopped = Detenida
source-state-stopped-hint = La app de mensajería ya no acepta el acceso guardado. Los mensajes de los agentes esperan aquí y no se pierden. Conecta la fuente de nuevo.
source-state-paused = Pausada
source-state-paused-hint = Pausada desde { $stamp } por { $name }. Los mensajes se reciben y esperan; no se entrega nada hasta que la actives.
source-state-unpaid = No pagado
source-state-unpaid-hint =
    { $payer } rechaza los mensajes hasta que esté pagado. Los mensajes nuevos se conservan { $days ->
        [one] { $days } día
       *[other] { $days } días
    }.
source-state-blocked = Bloqueada por la app de mensajería
source-state-blocked-hint = La app de mensajería bloqueó este número o bot. No se envía ni se recibe nada. El motivo está en su propio aviso.
source-state-crm_unreachable = { $crm } no responde
source-state-crm_unreachable-hint = Los mensajes de los clientes se reciben y esperan. Parom lo intenta de nuevo automáticamente; no tienes que hacer nada.
source-state-shadow = En paralelo con otro servicio
source-state-shadow-hint = El otro servicio tiene la línea. No se envía nada a los clientes ni a { $crm }.

## States: account (tenant)

tenant-state-provisioning = En configuración
tenant-state-provisioning-hint = { $crm } permitió el acceso y Parom está terminando la configuración. Suele tardar menos de un minuto.
tenant-state-awaiting_credentials = Falta iniciar sesión
tenant-state-awaiting_credentials-hint = Ingresa tu usuario y contraseña en el widget. Hasta entonces el canal no está conectado y no se entregan mensajes.
tenant-state-active = Conectada
tenant-state-active-hint = El acceso es válido y el canal está conectado.
tenant-state-needs_reauth = Acceso perdido
tenant-state-needs_reauth-hint = { $crm } ya no acepta el acceso que otorgó. Los mensajes siguen llegando en ambos sentidos; las fuentes, los embudos, las plantillas y los vínculos con contactos no se pueden cambiar. Vuelve a autorizar: las fuentes y los chats quedan.
tenant-state-needs_reauth-cut_off-hint = { $crm } ya no acepta el acceso que otorgó y ha desconectado el canal de chats. Los mensajes de los clientes se reciben y esperan aquí. Vuelve a autorizar: las fuentes y los chats quedan.
tenant-state-unpaid = { $crm } no está pagado
tenant-state-unpaid-hint =
    { $crm } no está pagado y puede rechazar mensajes. Los mensajes rechazados de los clientes se conservan { $days ->
        [one] { $days } día
       *[other] { $days } días
    } y se entregan en orden después del pago.
tenant-state-blocked = Bloqueada por { $crm }
tenant-state-blocked-hint = { $crm } rechaza todas las solicitudes de esta cuenta. Los mensajes esperan aquí. Escribe a soporte: el texto para { $crm } está listo.
tenant-state-suspended = Suspendida
tenant-state-suspended-hint = Esta cuenta está suspendida. Los mensajes se reciben y esperan, pero no se entregan. Escribe a soporte.
tenant-suspended-reason = Motivo: { $reason }
tenant-state-plan_ended = Suscripción terminada
tenant-state-plan_ended-hint = La suscripción al servicio terminó el { $date }. Los mensajes se reciben y esperan; la entrega se reanuda después de renovarla. Escribe a soporte.
tenant-state-disconnected = No conectada
tenant-state-disconnected-hint = El canal de chats está desconectado y no se entregan mensajes. Las fuentes se conservan: conecta de nuevo y se reanudan.
tenant-state-uninstalled = Desconectada
tenant-state-uninstalled-hint = La integración está desactivada en { $crm }. No se entregan mensajes. Las claves de acceso se borran en 24 horas; las fuentes, los chats y el registro quedan.

## States: channel connection

channel-state-connecting = Conectando
channel-state-connected = Conectado
channel-state-disconnected = No conectado
channel-state-not_allowed = No permitido
channel-state-misconfigured = Firma rechazada

## States: message

message-state-queued = En cola
message-state-sent = Enviado
message-state-delivered = Entregado
message-state-read = Leído
message-state-failed = Con error
message-state-held = Retenido
message-state-shadow = Solo visto
message-state-blocked = Cliente bloqueado
message-state-held-chat = Chat retenido
message-late = Llegó tarde, { $delay } después de escribirse. { $why }
message-maybe-twice = El cliente puede haberlo recibido dos veces
message-found-in-history = Encontrado en el historial de { $crm }: Parom no lo supo a tiempo
message-deleted-by-customer = Eliminado por el cliente

## States: token

token-state-valid = Válido
token-state-refreshing = Renovándose
token-state-expiring = Vence pronto
token-state-refresh_failing = La renovación se retrasa
token-state-expired = Vencido
token-state-revoked = Revocado
token-state-missing = No otorgado

## States: letter and undelivered (dead letter)

letter-state-retrying = Se reintentará
letter-state-sending = Enviándose
letter-state-checking_outcome = Se comprueba el resultado
letter-state-done = Listo
letter-state-dead = No entregado
letter-kind-message = Mensaje
letter-kind-edit = Edición
letter-kind-status = Estado
letter-kind-typing = Escribiendo
letter-kind-reaction = Reacción
letter-kind-import = Página de importación
letter-kind-resend = Webhook enviado de nuevo
letter-kind-chat = Chat sin mensaje

## States: import

import-state-ready = Lista para comenzar
import-state-columns = Elige las columnas
import-state-queued = En cola
import-state-counted = Revisada
import-state-running = En curso
import-state-paused = En pausa
import-state-done = Terminada
import-state-done_with_skips = Terminada, con omisiones
import-state-failed = Detenida por un error
import-state-cancelled = Cancelada

## States: webhook endpoint

webhook-state-untested = Sin probar
webhook-state-working = Responde
webhook-state-failing = Con errores
webhook-state-suspended = Suspendido
webhook-state-disabled = Desactivado
webhook-state-failing-hint =
    { $total ->
        [1] La última entrega falló
       *[other] Fallaron { $failed } de las últimas { $total } entregas
    }. Los mensajes no se pierden: Parom lo intenta de nuevo y pasa a “No entregados” los que no puede entregar.
webhook-state-waiting =
    { $waiting ->
        [one] { $waiting } mensaje espera para esta dirección.
       *[other] { $waiting } mensajes esperan para esta dirección.
    }
webhook-state-suspended-hint = Ninguna entrega tuvo éxito en 24 horas. Los mensajes esperan aquí. Corrige la dirección y haz clic en “Probar y activar”.
webhook-state-disabled-hint = Desactivado tras 5 días sin respuesta. Los eventos pendientes están en “No entregados”.

## States: alert, template, key, member

alert-state-open = Abierta
alert-state-acknowledged = La atiende { $name }
alert-state-resolved = Resuelta
alert-state-muted = Silenciada hasta { $stamp }
template-state-draft = Borrador
template-state-review = En revisión
template-state-approved = Aprobada
template-state-rejected = Rechazada
template-state-paused = Pausada por WhatsApp
template-state-plain = Lista
key-state-active = Activa
key-state-revoked = Revocada
member-state-invited = Con invitación
member-state-active = Con acceso
member-state-disabled = Sin acceso

## The end of a subscription, above every page

plan-notice-trial = El periodo de prueba termina el { $date }. Los mensajes se entregan hasta el { $until }; después se reciben y esperan.
plan-notice-ending = La suscripción a este servicio termina el { $date }. Los mensajes se entregan hasta el { $until }; después se reciben y esperan.
plan-notice-grace = La suscripción a este servicio terminó el { $date }. Los mensajes se entregan hasta el { $until }; después se reciben y esperan hasta que se renueve.
plan-notice-ended = La suscripción a este servicio terminó el { $date }. Los mensajes se reciben y esperan; la entrega se reanuda después de renovarla.

## A limit that is nearly used up, or is, above every page

limit-notice-sources-near = Fuentes en uso: { $used } de { $most }. Más allá no se puede agregar ninguna; las que tienes siguen funcionando. Para tener más, escribe a soporte.
limit-notice-sources-reached = Todas las fuentes están en uso: { $used } de { $most }. No se puede agregar ninguna; las que tienes siguen funcionando. Para tener más, escribe a soporte.
limit-notice-messages-near = Mensajes de este mes: { $used } de los { $most } del plan. Los que lo superen también se entregan y se cuentan. Para un plan mayor, escribe a soporte.
limit-notice-messages-reached = Se agotaron los mensajes de este mes: { $used } de los { $most } del plan. Los que lo superen también se entregan y se cuentan. Para un plan mayor, escribe a soporte.
limit-notice-stored-near = Almacenamiento: { $used } de { $most } en uso. Cuando se llene, se rechazarán los mensajes que tus programas envíen por la API; los demás se entregarán. Para tener más espacio, escribe a soporte.
limit-notice-stored-reached = El almacenamiento está lleno: { $used } de { $most }. Se rechazan los mensajes que tus programas envían por la API; los demás se entregan. Para tener más espacio, escribe a soporte.
limit-notice-files-near = Archivos: { $used } de { $most } en uso. Cuando se llene el espacio, en lugar de cada archivo nuevo aparecerá una línea; los mensajes se entregarán. Los archivos más antiguos se eliminan solos. Para tener más espacio, escribe a soporte.
limit-notice-files-reached = Los archivos ocupan todo su espacio: { $used } de { $most }. En lugar de cada archivo nuevo aparece una línea; los mensajes se entregan. Los archivos más antiguos se eliminan solos. Para tener más espacio, escribe a soporte.
limit-notice-visitors-near = Archivos de los visitantes del chat web: { $used } de { $most } en uso. Cuando se llene el espacio, los visitantes no podrán enviar archivos; sus mensajes se entregarán. Los archivos más antiguos se eliminan solos. Para tener más espacio, escribe a soporte.
limit-notice-visitors-reached = Los archivos de los visitantes del chat web ocupan todo su espacio: { $used } de { $most }. Los visitantes no pueden enviar archivos; sus mensajes se entregan. Los archivos más antiguos se eliminan solos. Para tener más espacio, escribe a soporte.
limit-notice-imports-near = Importaciones en curso: { $used } de { $most }. Más allá no se puede iniciar ninguna hasta que una termine o se cancele.
limit-notice-imports-reached = Importaciones en curso: { $used } de { $most }. La siguiente se podrá iniciar cuando una termine o se cancele.
limit-notice-imports-size-near = Archivos de las importaciones en curso: { $used } de { $most } en uso. Un archivo que no quepa se rechazará hasta que una importación termine o se cancele.
limit-notice-imports-size-reached = Los archivos de las importaciones en curso ocupan todo su espacio: { $used } de { $most }. El siguiente archivo se aceptará cuando una importación termine o se cancele.
