# Machine-made: no native has read it yet.

## Source wizard: all messengers

wizard-title = Fuente nueva
wizard-step = Paso { $step } de { $steps }: { $title }
wizard-step-messenger = Mensajería
wizard-step-access = Acceso
wizard-step-routing = Nombre y embudo
wizard-step-test = Mensaje de prueba
wizard-choose = ¿Dónde escriben los clientes?
wizard-by-hand = Ingresar el acceso manualmente
wizard-line-choose = ¿Qué quieres conectar?
wizard-line-choose-one = Elige una línea.
wizard-line-renewed = “{ $source }” tiene acceso de nuevo.
wizard-line-failed = Aún no está conectada.
wizard-consent-stale = Esta respuesta no corresponde a ninguna solicitud tuya o llegó demasiado tarde. No se conectó nada. Pulsa el botón de nuevo.
wizard-consent-declined = { $messenger }: no se dio acceso. No se conectó nada. Pulsa el botón de nuevo cuando quieras.
wizard-consent-refused = { $messenger } no confirmó el acceso. No se conectó nada. Pulsa el botón de nuevo. El motivo: { $reason }
wizard-check-access = Comprobar el acceso
wizard-access-ok = El acceso funciona: { $name }
wizard-create = Crear fuente
wizard-waiting-test = Escribe cualquier mensaje a “{ $name }” desde tu teléfono. Aparecerá aquí.
wizard-test-arrived = El mensaje de { $customer } llegó en { $seconds } s y está en { $crm }.
wizard-test-slow = Nada en 2 minutos. La fuente está creada y sigue esperando; revisa los tres puntos de abajo.
wizard-skip-test = Terminar sin prueba
wizard-done = “{ $source }” está creada. Los chats nuevos van a “{ $pipeline }”.
wizard-leave = La fuente aún no está creada. Lo que ingresaste no se guardará.

## Source wizard: Telegram

wizard-tg-token = Token del bot
wizard-tg-token-hint = En Telegram abre @BotFather, envía /mybots, elige el bot y pulsa API Token. Se ve así: 123456789:AAH…
wizard-tg-bad-format = El token de un bot tiene dígitos, dos puntos y unos 35 caracteres. Copia la línea completa de @BotFather.
wizard-tg-refused = Telegram no conoce este token. Tal vez se emitió uno más nuevo en @BotFather.
wizard-tg-webhook-elsewhere = El bot @{ $bot } envía ahora los mensajes a { $host }. Si continúas, llegarán a Parom y dejarán de llegar allí.
wizard-take-over = Pasar el bot a Parom
wizard-tg-groups = También grupos
wizard-tg-groups-hint = Los grupos en los que está el bot se convierten en chats, uno por grupo. Para ver allí todos los mensajes, desactiva Group Privacy en @BotFather y agrega el bot de nuevo.
wizard-tg-delivered = Contar como entregado lo que Telegram aceptó
wizard-tg-delivered-hint = Telegram no informa cuándo un mensaje se entrega o se lee. Sin esta marca los mensajes quedan como “enviados”.
wizard-tg-sign = Firmar con el nombre del agente
wizard-tg-sign-hint = El nombre aparece en una línea sobre cada mensaje del agente.
wizard-tg-greeting = Saludo
wizard-tg-greeting-hint = Se envía una vez a cada cliente que pulsa Start. { "{name}" } es el nombre del cliente. Vacío: sin saludo. El chat aparece en el CRM cuando el cliente escribe.
wizard-tg-ask-phone = Pedir el número de teléfono
wizard-tg-ask-phone-hint = El saludo lleva un botón con el que el cliente comparte su número; este pasa a ser el teléfono del contacto.

## Source wizard: WhatsApp

wizard-wa-phone-id = ID del número de teléfono
wizard-wa-phone-id-hint = Meta for Developers → tu app → WhatsApp → API Setup. Solo dígitos; no es el número de teléfono.
wizard-wa-waba-id = ID de la cuenta de WhatsApp Business
wizard-wa-token = Token de acceso permanente
wizard-wa-token-hint = De un usuario del sistema con los permisos whatsapp_business_messaging y whatsapp_business_management. El token de 24 horas de la página inicial no sirve.
wizard-wa-app-secret = Clave secreta de la app
wizard-wa-app-secret-hint = App settings → Basic. Con ella Parom distingue las llamadas de Meta de las falsas.
wizard-wa-webhook-title = Pega estos dos valores en Meta
wizard-wa-callback-url = Callback URL
wizard-wa-verify-token = Verify token
wizard-wa-webhook-hint = Meta for Developers → tu app → WhatsApp → Configuration → Edit. Después suscríbete al campo “messages”. Sin esto Meta no entrega los mensajes de los clientes.

## Source wizard: website chat and own messenger

wizard-later = Aspecto, preguntas y horario
wizard-later-hint = Todo esto también se puede configurar después, con vista previa.
wizard-web-sites = Sitios donde se muestra el chat
wizard-web-sites-hint = Una dirección por línea, por ejemplo https://shop.example. La ruta se omite.
wizard-web-title = Título del chat
wizard-web-logo = Logotipo
wizard-web-logo-hint = PNG, JPEG o WebP, hasta 100 KB, de 32 × 32 a 1024 × 1024 píxeles. Se muestra en un círculo en la cabecera del chat.
wizard-web-logo-save = Subir el logotipo
wizard-web-logo-remove = Quitar el logotipo
wizard-web-color = Color del botón
wizard-web-color-low = El texto blanco sobre este color se lee mal (contraste { $ratio }, se necesita 4.5). Parom usará texto oscuro.
wizard-web-embed = Pega esta línea antes de </body> en cada página
wizard-web-link = O da este enlace a los clientes
wizard-web-secret = Clientes con sesión iniciada en tu sitio
wizard-web-secret-hint = Tu sitio los identifica con un token firmado; así su chat es el mismo en todos los dispositivos. La clave para firmar se muestra una vez; la anterior vale un día.
wizard-web-secret-new = Crear una clave de firma
wizard-web-secret-made = Hay una clave de firma nueva para “{ $source }”. La anterior vale un día.
wizard-custom-url = URL del webhook
wizard-custom-url-hint = Parom enviará aquí los mensajes. Solo https; responde con 2xx en menos de 15 segundos.
wizard-custom-window = Respuestas libres, segundos
wizard-custom-window-hint = Cuánto tiempo después del mensaje del cliente se puede escribir libremente, p. ej. 86400 para un día; después solo se envían plantillas. Vacío: siempre.
wizard-custom-url-private = { $host } lleva a una red privada. Indica una dirección accesible desde internet.
wizard-custom-secret = Clave de firma del webhook
wizard-custom-test-event = Enviar evento de prueba
wizard-web-color-hint = Por ejemplo #0B5CAD
wizard-web-side = Posición del botón
wizard-web-side-right = Derecha
wizard-web-side-left = Izquierda
wizard-web-theme = Tema
wizard-web-theme-auto = El del dispositivo del visitante
wizard-web-theme-light = Claro
wizard-web-theme-dark = Oscuro
wizard-web-reply = Tiempo de respuesta
wizard-web-reply-none = No mostrar
wizard-web-reply-minutes = En minutos
wizard-web-reply-hour = En una hora
wizard-web-reply-day = En un día
wizard-web-reply-own = Texto propio sobre el tiempo de respuesta
wizard-web-reply-own-hint = Se muestra debajo del título en lugar del tiempo de respuesta.
wizard-web-invite = Invitación
wizard-web-invite-hint = Hasta que el visitante la cierre o abra el chat; después no vuelve a aparecer. En teléfonos el chat no se abre solo: se muestra el texto.
wizard-web-invite-none = No invitar
wizard-web-invite-beside = Mostrar un texto junto al botón
wizard-web-invite-chat = Abrir el chat
wizard-web-invite-text = Texto de la invitación
wizard-web-invite-after = Segundos en una página antes de la invitación
wizard-web-invite-after-hint = Déjalo vacío para invitar de inmediato.
wizard-web-invite-pages = Páginas con la invitación
wizard-web-invite-pages-hint = Una parte de la dirección por línea, por ejemplo /precios. Déjalo vacío para todas las páginas.
wizard-web-label-name = Etiqueta del nombre
wizard-web-label-phone = Etiqueta del teléfono
wizard-web-label-email = Etiqueta del correo electrónico
wizard-web-greeting = Saludo
wizard-web-ask = Qué preguntar antes del chat
wizard-web-ask-hint = Déjalo vacío para que los clientes escriban de inmediato.
wizard-web-ask-name = Nombre
wizard-web-ask-phone = Teléfono
wizard-web-ask-email = Correo electrónico
wizard-web-consent = Texto de consentimiento
wizard-web-consent-hint = El cliente lo acepta antes del primer mensaje.
wizard-web-hours = Horario de atención
wizard-web-hours-hint = Días y horas, una línea cada uno: mon-fri 09:00-18:00. Déjalo vacío si siempre hay quien responda.
wizard-web-zone = Zona horaria del horario de atención
wizard-web-zone-hint = Por ejemplo America/Mexico_City
wizard-web-holidays = Días festivos
wizard-web-holidays-hint = Un día o varios seguidos en cada línea: 01.01.2027, 31.12 - 08.01. Sin año, vale para todos los años.
wizard-web-away = Texto fuera del horario de atención
wizard-web-away-hint = Déjalo vacío para “Ahora no hay nadie. Escribe y te responderemos en horario de atención.”
wizard-web-mail = Enviar por correo las respuestas sin leer después de, minutos
wizard-web-mail-hint = De 1 a 1440, por ejemplo 10. Solo a visitantes que lo pidieron y confirmaron su dirección. Déjalo vacío para no enviar.

## Source wizard: further words

wizard-choose-one = Elige un servicio de mensajería.
wizard-no-kinds = No se puede agregar ningún servicio de mensajería: el proveedor no ha abierto un canal para esta cuenta. Escribe a soporte.
wizard-nothing-asked = Aquí no hace falta nada.
wizard-too-old = La página estuvo abierta demasiado tiempo y lo que ingresaste se borró. Comienza de nuevo: no se creó nada.
wizard-check-passed = Comprobación correcta.
wizard-check-failed = La comprobación falló. Corrige los valores, o continúa y termina después: los mensajes esperan hasta que el otro lado responda.
wizard-custom-unsigned = La clave de firma se muestra en el último paso. Hasta entonces, un servidor que comprueba las firmas responde 401 o 403.
wizard-go-on = Continuar de todos modos
wizard-pipeline-main = Por defecto: el embudo principal
wizard-channel = Canal
wizard-created = “{ $source }” está creada y aparece en { $crm }.
wizard-being-made = La fuente se está creando. Actualiza en unos segundos.
wizard-test-on-its-way = El mensaje está aquí y en camino a { $crm }.
wizard-tick-messenger = { $messenger } entregó un mensaje
wizard-tick-stored = Parom lo guardó
wizard-tick-crm = { $crm } lo aceptó
wizard-tick-visible = Visible en el chat
wizard-slow-webchat-1 = ¿Se abre el chat con el enlace de arriba?
wizard-slow-webchat-2 = ¿Está el sitio en la lista, con https://?
wizard-slow-webchat-3 = ¿Un bloqueador del navegador oculta el chat? Prueba en una ventana privada.
wizard-slow-custom-1 = ¿La API respondió 202? Otra respuesta dice qué corregir.
wizard-slow-custom-2 = ¿El id del mensaje es nuevo? Uno conocido no se guarda otra vez.
wizard-slow-custom-3 = ¿La clave tiene el alcance “write”?
wizard-web-open = Abre el chat y escribe algo:
wizard-web-line = Pega esta línea antes de </body> en cada página del sitio:
wizard-web-nowhere = La línea funciona en los sitios de la lista: primero agrega uno en “Instalación”.
wizard-custom-curl = Envía un mensaje desde una terminal; pon una clave en lugar de API_KEY:
wizard-finish = Listo
wizard-leave-title = ¿Salir?
wizard-leave-button = Salir sin crear la fuente
