# Machine-made: no native has read it yet.

## Templates

templates-empty-title = Aún no hay plantillas
templates-empty = Una plantilla es un texto preparado que los agentes eligen en un chat y Salesbot puede enviar.
templates-new = Plantilla nueva
templates-name = Nombre
templates-language = Idioma
templates-category = Categoría
templates-category-utility = Utilidad
templates-category-marketing = Marketing
templates-category-authentication = Autenticación
templates-body = Texto
templates-examples = Valores de ejemplo (los exige WhatsApp)
templates-send-review = Enviar a revisión
templates-review-note = WhatsApp suele responder en un día. Una plantilla en revisión no se puede editar.
templates-reject-reason = Motivo de WhatsApp: { $reason }
templates-copy-to-edit = Copiar y corregir
templates-away = { $crm } guarda las plantillas, pero aún no envió la lista. Aparecerán aquí en cuanto lo haga.
templates-as-of = Lista recibida de { $crm } { $time }.
templates-col-changed = Cambiada
templates-kind = Mensajería
templates-kind-plain = Cualquier mensajería
templates-kind-waba = WhatsApp Business
templates-kind-hint = WhatsApp revisa las plantillas para WhatsApp oficial antes de que se puedan enviar.
templates-header = Encabezado
templates-footer = Pie
templates-markers-hint = Haz clic en un marcador para ponerlo en el texto; se completa al enviar el mensaje.
templates-marker-broken = “{ $field }”: un marcador no está cerrado. Escríbelo como {"{{"}contact.name{"}}"}.
templates-marker-unknown = “{ $field }”: no existe el marcador { $markers }. Elige uno encima del texto o escribe un campo propio por su ID: {"{{"}contact.cf.123{"}}"}.
templates-examples-hint = Un marcador por línea: {"{{"}contact.name{"}}"} = Ana. Si omites uno, usamos nuestro ejemplo.
templates-example-missing = “{ $field }”: agrega uno para { $markers }. WhatsApp lo exige.
templates-markers = Marcadores
templates-markers-all = Marcadores que se completan al enviar el mensaje:
templates-markers-own = Un campo propio por su ID: {"{{"}contact.cf.123{"}}"}.
templates-example = Ejemplo para { $marker }
templates-preview = Lo que ve el cliente
templates-preview-empty = Aquí aparece tu texto
templates-button-number = Botón { $number }
templates-button-unnamed = “{ $field }”: completa el texto.
templates-button-not-url = “{ $field }”: escribe una dirección, por ejemplo shop.example/order.
marker-contact-first_name = Nombre
marker-contact-name = Nombre completo
marker-lead-name = Lead
marker-lead-id = ID del lead
marker-lead-price = Precio
marker-company-name = Empresa
marker-profile-name = Agente
marker-current_date = Fecha
marker-sample-contact-first_name = Ana
marker-sample-contact-name = Ana López
marker-sample-lead-name = Mesa de roble
marker-sample-lead-id = 1592
marker-sample-lead-price = 249
marker-sample-company-name = Acme
marker-sample-profile-name = María
marker-sample-current_date = 20.11.2026
templates-buttons = Botones
templates-button-text = Texto del botón
templates-button-url = URL
templates-buttons-hint = Sin URL, el texto del botón vuelve como mensaje del cliente. Las filas vacías se ignoran.
templates-review = Revisión
templates-review-sent = La plantilla se envió a revisión.
templates-locked = WhatsApp ya tiene esta plantilla, así que no se puede cambiar. Cópiala, corrige la copia y envíala a revisión.
templates-file = Esta plantilla tiene un archivo. Solo puedes cambiarla en { $crm }.
templates-saved = “{ $name }” se guardó.
templates-saved-known = “{ $name }” se guardó y se reconoció como la plantilla aprobada de la app de mensajería: ya se puede enviar.
templates-saved-unmatched = “{ $name }” se guardó, pero aún no se reconoce como la plantilla de la app de mensajería. “Revisiones de plantillas” dice en qué difieren.
templates-delete = Eliminar plantilla
templates-delete-confirm = ¿Eliminar “{ $name }”? Los agentes y Salesbot en { $crm } ya no podrán elegirla. Los mensajes enviados quedan.
templates-deleted = “{ $name }” se eliminó.

## Register of reviews

templates-register = Revisiones de plantillas
templates-register-lead = El estado de cada plantilla: en la app de mensajería que la revisa y en { $crm }.
templates-register-empty = Aún no se envió ninguna plantilla a revisión.
templates-col-messenger = En la mensajería
templates-col-crm = En { $crm }
templates-col-waits = Espera
templates-quality = calidad { $quality }
templates-waits-submit = se está enviando a la app de mensajería
templates-waits-review = la decisión de la app de mensajería
templates-waits-tell = se está informando el resultado a { $crm }
templates-next-try = próximo intento
templates-again = Intentar ahora
templates-again-soon = Parom intenta de nuevo en unos segundos.
template-stage-waiting = Aún no enviada
template-stage-review = En revisión
template-stage-approved = Aprobada
template-stage-rejected = Rechazada
template-stage-paused = Pausada
template-stage-disabled = Desactivada
template-stage-deleted = Eliminada
template-reported-nothing = Aún no informada
template-reported-approved = Informada: aprobada
template-reported-rejected = Informada: rechazada
template-reported-paused = Informada: pausada
template-reported-unasked = { $crm } no pidió revisión
templates-bring = Traer las plantillas
templates-brought = { $count ->
    [0] Nada nuevo: todas las plantillas que hay en ambos lados ya se conocen.
    [one] Se trajo { $count } plantilla, ya se puede enviar.
   *[other] Se trajeron { $count } plantillas, ya se pueden enviar.
}
templates-unmatched = Solo en la app de mensajería
templates-unmatched-lead = La app de mensajería tiene estas plantillas y { $crm } no tiene ninguna con el mismo nombre, idioma y texto. Las listas se comparan cada día y con cada mensaje creado con una plantilla que aún no se conoce.
templates-col-why = En qué se diferencia
templates-create = Crear en { $crm }
templates-from-messenger = La app de mensajería aprobó este texto con estas variables numeradas. Pon en lugar de cada una un marcador de { $crm }, en el mismo orden, y no cambies nada más: así se puede enviar enseguida.
template-match-language = “{ $template }” en { $crm } está en otro idioma.
template-match-text = “{ $template }” en { $crm } tiene otro texto, o sus variables van en otro orden.
template-match-headline = “{ $template }” en { $crm } tiene otro encabezado.
template-match-absent = { $crm } no muestra a Parom ninguna plantilla con este nombre o texto. La de otra integración se reconoce con el primer mensaje creado con ella.
