# Machine-made: no native has read it yet.

### Un cliente: vínculos con contactos

link-title = Vínculos con contactos de { $crm }
link-col-chat = Chat
link-col-contact = Contacto
link-col-why = Por qué
link-evidence = { $id } · { $sureness }
link-id-phone = Por el teléfono { $value }
link-id-email = Por el correo { $value }
link-id-contact = Por el contacto { $value }
link-id-messenger = Por el ID de la app de mensajería { $value }
link-id-login = Por el inicio de sesión en el sitio { $value }
link-sureness-proved = verificado
link-sureness-likely = probable
link-sureness-told = sin verificar
link-undone = Deshecho por { $who }, { $time }
link-moving = En curso
link-undo = Deshacer
link-undo-title = Deshacer el vínculo
link-undo-confirm = Este chat recibe un contacto propio en { $crm }, junto con su lead entrante si nadie lo ha aceptado todavía, y después ninguna regla lo vincula a otro. Lo que no se puede deshacer: los mensajes ya entregados se quedan en los leads de { $name }, igual que los campos que se llenaron allí. Los mensajes nuevos también pueden seguir llegando allí hasta que se cierre el chat en ese lead.
link-undo-begun = { $crm } está creando un contacto para este chat. La lista muestra cuándo está listo.
link-join-title = Es el mismo cliente que…
link-join-contact = Número o dirección del contacto en { $crm }
link-join-next = Siguiente
link-join-button = Vincular a este contacto
link-join-wrong = { $crm } no tiene ese contacto, o el chat ya está vinculado a él. Copia la dirección de la ficha del contacto.
link-join-confirm =
    { $count ->
        [one] Este chat se vinculará al contacto { $number } de { $crm }.
       *[other] Estos { $count } chats se vincularán al contacto { $number } de { $crm }.
    } El vínculo se puede deshacer después. Los mensajes ya entregados se quedan en sus leads.
link-join-begun = { $crm } está vinculando los chats. La lista muestra cuándo está listo.

## Clientes bloqueados

block-title = Bloquear al cliente
block-badge = Bloqueado
block-since = Bloqueado por { $who }, { $time }. Sus mensajes se guardan, pero no se pasan.
block-confirm =
    { $count ->
        [one] Lo que este cliente escribe en este chat se guarda y no se pasa a { $crm }; no recibe la respuesta automática.
       *[other] Lo que este cliente escribe en estos { $count } chats se guarda y no se pasa a { $crm }; no recibe la respuesta automática.
    } El chat en { $crm } muestra una vez quién lo bloqueó. Los gestores aún pueden escribirle.
block-done = El cliente está bloqueado.
unblock-title = Desbloquear
unblock-done = El cliente está desbloqueado. Los mensajes nuevos llegan de nuevo a { $crm }; lo guardado entretanto se queda aquí.

## Mensajes de publicidad

marketing-title = Mensajes de publicidad
marketing-none = El cliente todavía no decidió. Un mensaje con la sola palabra BAJA detiene los mensajes de marketing; ALTA los permite de nuevo.
marketing-decision-stopped = Rechazados { $time }: { $way }. Las plantillas de publicidad no se envían.
marketing-decision-agreed = Aceptados { $time }: { $way }.
marketing-way-message = en un mensaje
marketing-way-form = en un formulario
marketing-way-person = lo registró { $who }
marketing-way-api = lo registró un programa, { $who }
marketing-stop = Registrar el rechazo
marketing-agree = Registrar el consentimiento
marketing-recorded = La decisión quedó registrada para todos los chats de esta página.
marketing-csv = Descargar
marketing-csv-all = Descargar decisiones sobre publicidad

## Chats retenidos

held-title = Chats retenidos en “{ $source }”
held-about = “{ $source }” deja pasar como máximo { $pace } chats nuevos por hora. Estos superan el límite: sus mensajes están guardados y en { $crm } no hay nada de ellos.
held-empty = No hay chats retenidos.
held-release = Liberar todos ({ $count })
held-block = Bloquear todos ({ $count })
held-released = Los chats se están liberando: { $crm } los recibe con todos sus mensajes.
held-blocked = Los clientes están bloqueados.
held-source = Cambiar el límite
block-held = Retenido { $time }: había más chats nuevos de los que la fuente deja pasar. Desbloquéalo para que pase.
