# Machine-made: no native has read it yet.

### Pasar una línea de otro servicio a Parom

source-tab-takeover = Traspaso
takeover-checks = Antes del cambio
takeover-changes = Qué cambia
takeover-col-check = Comprobación
takeover-col-found = Resultado
takeover-status-ok = Bien
takeover-status-warn = Atención
takeover-status-fail = Aún no
takeover-checked-account = Cuenta
takeover-checked-access = Acceso en la app de mensajería
takeover-checked-webhook = Dirección de Parom en la app de mensajería
takeover-checked-others = Otros servicios
takeover-checked-source = Fuente en { $crm }
takeover-checked-default = Fuente predeterminada
takeover-checked-templates = Plantillas
takeover-checked-window = Respuestas sin plantilla
takeover-check-webhook-unset = no está registrada; espera cinco minutos hasta la próxima comprobación
takeover-check-account = conectada
takeover-check-access = funciona
takeover-check-webhook = registrada
takeover-check-webhook-later = el cambio la registra
takeover-check-webhook-failing = las llamadas de la app de mensajería a ella fallan
takeover-check-others = { $names }
takeover-check-others-none = la app de mensajería no muestra otros servicios; si alguno responde en esta línea, detenlo allí
takeover-check-window = solo durante un tiempo limitado tras el último mensaje del cliente
takeover-check-source = el cambio la crea
takeover-check-source-known = ya está allí y se usará
takeover-check-default = sigue siendo “{ $source }”
takeover-check-default-none = la cuenta no tiene ninguna; elige una después del cambio
takeover-check-templates = { $count ->
    [0] todas las que aprobó la app de mensajería se pueden enviar
    [one] una que aprobó la app de mensajería aún no está en { $crm }
   *[other] { $count } que aprobó la app de mensajería aún no están en { $crm }
  }
takeover-other-by_call = { $name }: Parom lo apaga y, si devuelves la línea, lo enciende otra vez.
takeover-other-by_registering = { $name }: la línea tiene una sola dirección, que pasa a ser la de Parom. Si devuelves la línea, vuelve a ser esta.
takeover-other-by_hand = { $name }: solo su dueño puede quitarlo, en la app de mensajería. Hazlo en los 15 minutos tras el inicio; hasta entonces conserva la línea.
takeover-other-secret = La app de mensajería no muestra el secreto de su dirección. Si ese servicio lo comprueba, debe registrar de nuevo su dirección después de que devuelvas la línea.
takeover-other-stays = Dejarlo conectado: comprobé que no responde a nadie en esta línea
takeover-stays = Sigue conectado, como se decidió.
takeover-trouble = No se pudo devolver: { $reason }
takeover-put-back-by-hand = Su dueño tiene que agregarlo otra vez en la app de mensajería.
takeover-change-source = { $crm } recibe la fuente “{ $source }”.
takeover-change-chats = { $count ->
    [0] Aún no se ha visto ningún chat: empezarán con los próximos mensajes de los clientes.
    [one] Se vio un chat. Si se encontró su contacto, sigue con él, con los últimos mensajes como historial.
   *[other] Se vieron { $count } chats. Los que tienen contacto encontrado siguen con él, con los últimos mensajes como historial.
  }
takeover-change-back = Durante un día puedes devolver la línea.
takeover-start = Cambiar ahora
takeover-not-ready = La línea aún no se puede cambiar: mira las comprobaciones de arriba.
takeover-begun = El cambio ha empezado.
takeover-back = Devolver la línea
takeover-back-until = Posible hasta
takeover-back-begun = La línea se está devolviendo.
takeover-state-switching = Cambiando
takeover-state-switched = Traspasada
takeover-state-rolling_back = Deshaciendo
takeover-state-rolled_back = Deshecho
takeover-state-returning = Devolviendo
takeover-state-returned = Devuelta
takeover-step-compare = se comparan los días anteriores
takeover-step-mirror = la fuente se crea en { $crm }
takeover-step-switch_off = se apagan los otros servicios
takeover-step-begin = la fuente empieza a enviar
takeover-step-history = los mensajes anteriores pasan al historial
takeover-step-settle = se revisa lo que llegó durante el cambio
takeover-step-stop = la fuente se detiene
takeover-step-put_back = vuelven los otros servicios
takeover-step-settle_back = se revisa lo que llegó durante la vuelta
takeover-step-unmirror = la fuente sale de { $crm }
takeover-step-done = todo está hecho
takeover-waits = Se espera a que { $names } deje de recibir mensajes.
takeover-failed = El paso “{ $step }” falló: { $reason }
takeover-begun-by = Iniciado por
takeover-switched-at = Cambiada
takeover-returned-at = Devuelta
takeover-others = Otros servicios
takeover-hour = Primera hora
takeover-day = Primer día
takeover-so-far = hasta ahora
takeover-received = Mensajes de clientes
takeover-in-crm = De ellos en { $crm }
takeover-written = Mensajes de gestores
takeover-sent = De ellos enviados
takeover-failures = Fallidos
takeover-waiting = En espera
takeover-as-history = Mensajes anteriores como historial
takeover-during = Mensajes durante el cambio
takeover-others-since = Desde entonces en { $crm } por otros servicios
takeover-others-figures = { $received } recibidos, { $sent } enviados
takeover-days = Los días anteriores al cambio, comparados con { $crm }
takeover-report = Informe del traspaso
takeover-report-csv = Descargar CSV
takeover-as-of = Con datos de
takeover-figures = Desde el cambio
takeover-none = Aún no se ha traspasado ninguna línea.
takeover-admin = Traspasos
takeover-admin-source = Fuente
takeover-admin-account = Cuenta
takeover-admin-state = Estado
takeover-admin-begun = Inicio
audit-did-source-switching = Cambio de una fuente iniciado
audit-did-source-switched = Línea traspasada desde otro servicio
audit-did-source-rolled_back = Cambio de una fuente deshecho, un paso falló
audit-did-source-returning = La línea se devuelve a otro servicio
audit-did-source-returned = Línea devuelta a otro servicio
