# Machine-made: no native has read it yet.

### Reglas: quién recibe una consulta nueva

nav-routing = Distribución
routing-title = Distribución
routing-lead = Quién recibe una consulta nueva. Decide la primera regla que coincide; una consulta sin regla queda como la creó { $crm }.
routing-empty-title = Aún no hay reglas
routing-empty = { $crm } reparte las consultas nuevas por su cuenta. Con una regla llegan enseguida al embudo y a la persona correctos.
routing-new = Agregar una regla
routing-edit = Cambiar una regla
routing-tab-rules = Reglas
routing-tab-try = Probar
routing-tab-replay = Los últimos 1000 mensajes
routing-tab-versions = Versiones
routing-draft = Esto es un borrador: aún no tiene efecto. Pruébalo y actívalo.
routing-switch-on = Activar
routing-discard = Descartar el borrador
routing-switched-on = Las reglas rigen desde la próxima consulta.
routing-discarded = El borrador se descartó.
routing-drafted =
    { $deed ->
        [add] La regla “{ $name }” se agregó al borrador.
        [save] La regla “{ $name }” se guardó en el borrador.
        [copy] La regla “{ $name }” se copió en el borrador. La copia está desactivada.
        [on] La regla “{ $name }” se activó en el borrador.
        [off] La regla “{ $name }” se desactivó en el borrador.
        [delete] La regla “{ $name }” se eliminó del borrador.
        [up] La regla “{ $name }” subió en el borrador.
        [down] La regla “{ $name }” bajó en el borrador.
        [move] La regla “{ $name }” se movió en el borrador.
       *[other] Guardado como borrador.
    }
routing-wrong-pairs = escribe cada línea así: nombre = valor
routing-col-rule = Regla
routing-col-when = Cuándo
routing-col-then = Entonces
routing-col-matches = Consultas en 30 días
routing-up = Subir
routing-down = Bajar
routing-drag = Arrastrar para mover
routing-is-on = Activa
routing-is-off = Inactiva
routing-turn-off = Desactivar
routing-turn-on = Activar
routing-delete = Eliminar la regla
routing-always = Cualquier consulta
routing-leaves = Se lo deja a { $crm }
routing-none-matched = Ninguna regla
routing-when = Cuándo
routing-when-hint = Deben cumplirse todas las condiciones que llenes; de varios valores basta uno. Sin condiciones la regla vale para cualquier consulta.
routing-when-more = Más condiciones
routing-then = Entonces
routing-then-more = Más acciones
routing-name = Nombre
routing-any = Cualquiera
routing-nobody = No asignar
routing-condition-source = Fuente
routing-condition-messenger = App de mensajería
routing-condition-working_hours = Horario de la fuente
routing-condition-times = Días y horas
routing-condition-language = Idioma del mensaje
routing-condition-campaign = Parámetros de campaña
routing-condition-referral = Enlace o anuncio
routing-condition-customer = Cliente
routing-condition-contact = Contacto
routing-condition-contact_responsible = Responsable del contacto
routing-condition-lead = Lead
routing-condition-text_begins = El mensaje empieza por
routing-condition-text_contains = El mensaje contiene
routing-condition-field = Respuestas en el chat del sitio
routing-condition-country = País del teléfono
routing-condition-off = La regla está inactiva
routing-condition-earlier = Encaja, pero decide una regla anterior
routing-lines-hint = Uno por línea.
routing-pairs-hint = Uno por línea: nombre = valor. * es cualquier valor.
routing-times-hint = Marca los días y escribe sus horas, en la zona horaria de la cuenta. Si terminan después de medianoche, escribe un final anterior al inicio; 00:00 es medianoche. Sin ningún día marcado vale cualquier hora.
routing-referral-hint = Cómo empieza la etiqueta del enlace o el anuncio; * es cualquiera.
routing-countries-hint = Dos letras cada uno, como ES, PT.
routing-hours-within = En el horario de atención
routing-hours-outside = Fuera del horario de atención
routing-hours-holiday = En un feriado
routing-customer-new = Escribe por primera vez
routing-customer-returning = Ya escribió antes
routing-contact-known = Ya estaba en { $crm }
routing-contact-unknown = Es nuevo en { $crm }
routing-lead-open = Tiene un lead abierto
routing-lead-closed = Solo tiene leads cerrados
routing-lead-none = No tiene leads
routing-use = Lead de la consulta
routing-use-open = El abierto o uno nuevo
routing-use-new = Siempre uno nuevo
routing-use-reopen = El abierto, si no el último cerrado otra vez, si no uno nuevo
routing-accept = Aceptar los leads entrantes automáticamente
routing-accept-hint = Si no, las demás acciones esperan hasta que alguien acepte el lead.
routing-stage = Embudo y etapa
routing-stage-keep = Dejarlo donde está
routing-source-gone = Una fuente eliminada
routing-stage-gone = Eliminado en { $crm }: { $id }
routing-responsible = Responsable
routing-assignee-contact = El responsable del contacto
routing-assignee-lead = El responsable del lead
routing-assignee-person = Una persona
routing-assignee-round_robin = Por turnos
routing-person = Persona
routing-person-no-chat = { $name } ({ $crm } no da un ID de chat)
routing-people = Personas por turnos
routing-people-hint = Una persona de peso 2 recibe el doble de consultas que una de peso 1. Sin peso no participa; sin límite recibe cualquier cantidad al día; sin ningún día marcado siempre está presente.
routing-weight = Peso
routing-limit = Máximo al día
routing-works = { $name } trabaja: { $times }
routing-works-always = { $name } está siempre presente
routing-fallback-minutes = Minutos sin respuesta
routing-fallback-to = Reasignar a
routing-fallback-none = Nadie más
routing-fallback-next = El siguiente en turno
routing-tags = Etiquetas
routing-task = Tarea
routing-task-minutes = Plazo, minutos
routing-greeting = Saludo
routing-greeting-hint = Se envía una vez, mientras la app de mensajería lo permite. { $marker } es el nombre del cliente.
routing-template = Plantilla en lugar del saludo
routing-template-none = Ninguna
routing-template-hint = Se envía una vez donde la app de mensajería tiene plantillas; en los demás se envía el saludo. Quien rechazó la publicidad no recibe plantillas publicitarias.
routing-unsendable-template_unknown = La plantilla ya no existe
routing-unsendable-template_not_approved = La plantilla no está aprobada
routing-unsendable-template_no_value = La plantilla necesita valores que la regla no conoce
routing-unsendable-source_stopped = La fuente no envía nada ahora
routing-unsendable-marketing_stopped = El cliente rechazó la publicidad
routing-settings = Para todas las reglas
routing-silence = Horas de silencio tras las que un mensaje empieza una consulta nueva
routing-fallback-user = Quién recibe las consultas que una regla no puede asignar
routing-fault-stage_gone = Su etapa se eliminó: los leads se quedan donde están
routing-fault-user_gone = Su persona ya no está: las consultas van al suplente
routing-fault-some-gone = Ya no están en el turno porque se fueron: { $names }
routing-fault-nobody_present = No hay nadie disponible para otra consulta
routing-fault-nobody_responsible = Nadie es responsable en { $crm }
routing-fault-refused = { $crm } lo rechazó
routing-fault-sources-gone = Sus fuentes se eliminaron: no decide sobre ninguna consulta
routing-fault-hidden = Una regla anterior vale para todo: esta nunca decide
routing-ask-greet = Saludar al cliente
routing-ask-template = Enviar la plantilla: { $detail }
routing-ask-wait-for-person = Esperar a que alguien acepte el lead entrante
routing-ask-accept = Aceptar el lead entrante
routing-ask-link = Vincular el chat al lead abierto
routing-ask-use = Usar el lead abierto
routing-ask-reopen = Reabrir el lead cerrado
routing-ask-create = Crear un lead
routing-ask-stage = Mover el lead: { $detail }
routing-ask-assign = Hacer responsable: { $detail }
routing-ask-tag = Agregar etiquetas: { $detail }
routing-ask-task = Crear una tarea: { $detail }
routing-ask-fallback = Sin respuesta, hacer responsable a otra persona: { $detail }
routing-ask-nothing = Nada
routing-after-minutes = tras { $minutes } min
routing-try-lead = Qué regla decide sobre un mensaje, por qué no las demás y qué se pediría a { $crm }. No se escribe nada.
routing-try-text = Texto del mensaje
routing-try-phone = Teléfono
routing-try-time = Hora del mensaje
routing-try-more = Más sobre el cliente
routing-try-pairs-hint = Uno por línea: nombre = valor.
routing-try-referral-hint = La etiqueta del enlace o del anuncio.
routing-try-button = Probar
routing-try-rule = Decide: { $rule }
routing-try-asks = Qué se pediría a { $crm }
routing-try-others = Por qué no las demás
routing-try-silent = { $crm } no respondió, así que las condiciones sobre contactos y leads no se cumplen.
routing-replay-lead = Qué habrían hecho estas reglas con los últimos mensajes de clientes, junto a lo que se hizo. No se escribe nada.
routing-replay-sum = { $messages } mensajes, { $enquiries } consultas, { $differing } decididas de otra forma.
routing-replay-shown = Se muestran las { $count } más recientes.
routing-replay-then = Qué pasó
routing-replay-now = Con estas reglas
routing-replay-unknown = Entonces no hubo decisión y no se sabe qué tenía { $crm }: las condiciones sobre contactos y leads no se cumplen.
routing-message = Mensaje
routing-version = Versión { $number }
routing-in-force = En vigor
routing-is-draft = Borrador
routing-saved = Guardada
routing-author = Por
routing-rules-count = Reglas
routing-restore = Restaurar
routing-restored = Rigen otra vez las reglas de la versión { $number }.
routing-no-crm = { $crm } no da ahora usuarios ni embudos: inténtalo en un minuto.
routing-changed = Alguien cambió las reglas mientras tanto. Míralas y repite tu cambio.
routing-hop = Distribuido por la regla “{ $rule }”
routing-hop-none = Ninguna regla de distribución encaja
routing-over-blocked = El cliente fue bloqueado
routing-over-declined = Se rechazó en { $crm }
routing-hop-fallback = Nadie respondió a tiempo: ahora la persona responsable es { $name }
routing-hop-nobody = Nadie respondió a tiempo y no se pudo pasar la consulta a otra persona
routing-why = Qué dicen las reglas sobre este mensaje
routing-state-open = En curso
routing-state-waiting = Espera a una persona
routing-state-done = Hecho
routing-state-failed = No realizado
