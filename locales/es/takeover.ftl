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
takeover-checked-webhook = Los mensajes llegan
takeover-checked-others = Otros servicios
takeover-checked-source = Fuente en { $crm }
takeover-checked-default = Fuente predeterminada
takeover-checked-templates = Plantillas
takeover-checked-window = Respuestas sin plantilla
takeover-check-fine = todo está bien
takeover-check-webhook-unset = la dirección de Parom no está registrada; espera cinco minutos hasta la próxima comprobación
takeover-check-webhook-failing = las llamadas de la app de mensajería a Parom fallan
takeover-check-others = { $names }
takeover-check-others-none = la app de mensajería no muestra otros servicios; quien responda en esta línea debe parar por su cuenta
takeover-check-window = solo en el plazo de la app de mensajería tras el último mensaje del cliente
takeover-check-source = el cambio la crea
takeover-check-source-known = ya está allí y se usa
takeover-check-default = sigue siendo “{ $source }”
takeover-check-default-none = la cuenta no tiene ninguna; elige una después del cambio
takeover-check-templates = { $count ->
    [0] todas se pueden enviar
    [one] una de la app de mensajería aún no se puede enviar
   *[other] { $count } de la app de mensajería aún no se pueden enviar
  }
takeover-other-by_call = { $name }: Parom lo apaga y, en el camino de vuelta, lo enciende otra vez.
takeover-other-by_registering = { $name }: la única dirección de la línea pasa a ser la de Parom. En el camino de vuelta la recupera.
takeover-other-by_hand = { $name }: la app de mensajería solo deja quitarlo a su dueño. Quítalo allí en los 15 minutos tras el inicio; hasta entonces conserva la línea.
takeover-other-secret = La app de mensajería no muestra su secreto, así que tras la vuelta su dueño debe registrar otra vez su dirección si lo comprueba.
takeover-other-stays = No responde a nadie en esta línea: dejarlo
takeover-stays = Se queda, como se decidió.
takeover-trouble = No se pudo devolver: { $reason }
takeover-put-back-by-hand = Una persona lo agrega otra vez en la app de mensajería.
takeover-change-source = { $crm } recibe la fuente “{ $source }”.
takeover-change-chats = { $count ->
    [0] La sombra aún no ha visto ningún chat.
    [one] Se vio un chat. Si se encontró su contacto, sigue con él, con los últimos mensajes como historial.
   *[other] Se vieron { $count } chats. Los que tienen contacto encontrado siguen con él, con los últimos mensajes como historial.
  }
takeover-change-back = Durante un día todo puede volver a como estaba.
takeover-start = Cambiar ahora
takeover-not-ready = Aún no se puede cambiar.
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
takeover-waits = Espera hasta que { $names } deje de recibir.
takeover-failed = El paso “{ $step }” falló: { $reason }
takeover-begun-by = Iniciado por
takeover-switched-at = Cambiada
takeover-returned-at = Otra vez como antes
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
takeover-others-since = { $crm } desde entonces, por los canales de los otros servicios
takeover-others-figures = { $received } recibidos, { $sent } enviados
takeover-days = Los días anteriores, junto a { $crm }
takeover-report = Informe del traspaso
takeover-report-csv = Descargar CSV
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
