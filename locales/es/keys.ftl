# Machine-made: no native has read it yet.

## Keys and webhooks

keys-title = Claves de API
keys-empty-title = Aún no hay claves de API
keys-try = Pruébalo
keys-base-url = URL base
keys-description = Descripción OpenAPI
keys-empty = Una clave permite que tus programas usen la API pública.
keys-create = Crear clave
keys-name-hint = Nombra el programa que la usará, por ejemplo “Facturación”.
keys-scope-read = lectura – ve todo lo de la cuenta
keys-scope-write = escritura – además envía mensajes y administra fuentes
keys-scope-admin = administración – además exporta y borra datos de clientes
keys-created = Se creó la clave “{ $name }”
keys-revoke = Revocar clave
keys-revoke-confirm = ¿Revocar “{ $name }”? Los programas con esta clave recibirán 401 al instante. No se puede deshacer.
webhooks-title = Webhooks
webhooks-empty = Los webhooks aparecen con una fuente del tipo “Tu propia app de mensajería”.
webhooks-about = Tus propias apps de mensajería y las direcciones que reciben sus webhooks.
webhooks-deliveries = Entregas
webhooks-none-title = Aún no hay entregas
webhooks-col-event = Evento
webhooks-col-answer = Respuesta
webhooks-send-test = Enviar evento de prueba
webhooks-test-and-on = Probar y activar
webhooks-recover = Enviar varios de nuevo…
webhooks-rotate = Renovar secreto
webhooks-rotate-hint = Los dos secretos valen 24 horas; después el anterior deja de valer.
webhooks-check-signature = Comprobar una firma
keys-name = Nombre
keys-col-scope = Alcance
keys-col-ends-with = Termina en
keys-col-made = Creada
keys-col-until = Válida hasta
keys-col-maker = Creada por
keys-less = Ahora solo: { $scope }
keys-take = Tomar a cargo
keys-taken = La clave “{ $name }” ahora es tuya: puede como máximo lo que puedes tú.
key-state-maker-gone = Detenida: quien la creó no tiene acceso
keys-ends-in =
    { $days ->
        [one] { $days } día
       *[other] { $days } días
    }
keys-ends-never = Hasta que se revoque
key-state-expired = Vencida
keys-made-title = Clave nueva
keys-to-list = Volver a las claves
keys-shown-before = Ya se mostró una vez. Si la perdiste, crea una nueva.
keys-revoked = La clave “{ $name }” está revocada.
keys-revoked-before = La clave “{ $name }” ya estaba revocada.
webhooks-of = Webhooks de “{ $source }”
webhooks-col-address = URL del webhook
webhooks-none-yet = Envía un evento de prueba o escribe a un cliente desde la tarjeta en amoCRM.
webhooks-resent = El webhook se está enviando de nuevo.
webhooks-of-the-moment = Solo se muestran mensajes. Las reacciones y el “escribiendo” se envían una vez y no se pueden enviar de nuevo.
webhooks-not-resent = Este webhook no se puede enviar de nuevo: solo los mensajes se pueden, y solo mientras se conservan.
webhooks-rotated = “{ $source }” tiene un nuevo secreto de firma.
webhooks-rotated-by-other = Otra persona acaba de cambiar esta fuente. Revísala e intenta de nuevo si hace falta.
signature-intro = Pega los encabezados y el cuerpo tal como los recibió tu servidor. No se guarda nada.
signature-body = Cuerpo sin procesar
signature-right = La firma es correcta.
signature-right-old = La firma es correcta, pero la hora difiere en más de 5 minutos. Los receptores rechazan esos eventos: revisa el reloj de tu servidor.
signature-wrong = La firma no coincide. Firma la cadena “id.timestamp.body” con el secreto decodificado, usando los bytes originales antes de leer el JSON.
signature-body-spaces = Coincide sin los espacios alrededor del cuerpo. Tu servidor agrega o conserva espacios: firma los bytes originales.
signature-bad-timestamp = Ingresa el timestamp del encabezado: un número entero de segundos.
signature-bad-form = Una firma empieza con “v1,” seguido de base64.
signature-no-source = Elige una fuente que tenga un secreto de webhook.
keys-valid-for = Válida por
keys-docs = Documentación de la API
webhooks-chart = Intentos de entrega
webhooks-chart-hours = Intentos de entrega por hora: { $accepted } aceptados, { $failed } fallidos.
webhooks-chart-days = Intentos de entrega por día: { $accepted } aceptados, { $failed } fallidos.
webhooks-chart-values = { $when }: { $accepted } aceptados, { $failed } fallidos
webhooks-chart-empty = No hay intentos en este período.
webhooks-accepted = Aceptado
webhooks-failed = Intentos fallidos
webhooks-answer-time = Tiempo de respuesta habitual
webhooks-answer-most = El 5 % más lento: más de { $delay }
webhooks-last-success = Último éxito
webhooks-last-none = Ninguno en 7 días
webhooks-next = Próximo intento
webhooks-next-held = Próximo intento: cuando la fuente esté activa de nuevo
webhooks-cut = Solo se cuentan los últimos { $count } intentos, desde { $stamp }.
