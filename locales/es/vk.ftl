# Machine-made: no native has read it yet.

## VK: its card in the wizard

connector-vk = Comunidad de VK
connector-vk-about = Los clientes escriben a tu comunidad. Archivos, respuestas, botones, reacciones y ediciones van en ambos sentidos; también llegan comentarios. VK informa cuándo se lee un mensaje.
wizard-slow-vk-1 = ¿Están activados los mensajes de la comunidad? Gestión → Mensajes.
wizard-slow-vk-2 = ¿Es la comunidad correcta? Compara su nombre.
wizard-slow-vk-3 = ¿VK confirmó este servidor? Prueba la fuente: muestra a dónde van los mensajes.

## VK: settings

wizard-vk-group = Número de la comunidad
wizard-vk-group-hint = Los dígitos de la dirección: 223344556 para vk.com/club223344556. Si la dirección es una palabra, mira Gestión → Configuración.
wizard-vk-bad-group = Esto no es el número de una comunidad. Tiene solo dígitos, como 223344556.
wizard-vk-token = Clave de acceso de la comunidad
wizard-vk-token-hint = En la comunidad abre Gestión → Uso de la API → Claves de acceso, crea una clave y marca: gestión de la comunidad, mensajes, fotos, archivos, muro. Los mensajes de la comunidad deben estar activados.
wizard-vk-bad-token = Esto no es una clave de acceso. Copia la línea entera que empieza con vk1.a.
wizard-vk-refused = VK no acepta esta clave de acceso. Crea una nueva en la comunidad: Gestión → Uso de la API → Claves de acceso.
wizard-vk-no-right = A la clave de acceso le falta un permiso. Crea una clave con todos los permisos nombrados aquí.

## VK: what a check found

said-vk-token = falta el número o la clave de acceso de la comunidad
said-vk-group = la comunidad “{ $name }” responde
said-vk-no-wall = la comunidad “{ $name }” responde; sin el permiso “muro” no se pueden responder comentarios en público
said-vk-other-group = la clave de acceso es de otra comunidad. Revisa el número
said-vk-rights = a la clave de acceso le faltan permisos: { $rights }. Crea una clave con todos
said-vk-servers = la comunidad ya tiene 10 servidores de Callback. Quita uno en Gestión → Uso de la API → Callback API
said-vk-unset = VK no sabe a dónde enviar los mensajes
said-vk-failed = VK no pudo llegar a este servidor o no recibió la respuesta correcta. Parom lo registra de nuevo automáticamente
said-vk-refused = VK respondió: { $text }
said-vk-answered = VK respondió { $code }: { $text }
said-vk-unreadable = VK respondió algo que no se puede leer
said-vk-file = no se pudo leer aquí el archivo para VK

## VK: texts in a chat for things that amoCRM has no type for

vk-in-nameless = VK { $id }
vk-in-video = [Video]
vk-in-audio = [Música]
vk-in-photo = [Imagen]
vk-in-file = [Archivo]
vk-in-post = [Publicación]
vk-in-comment = [Comentario]
vk-in-product = [Producto]
vk-in-products = [Productos]
vk-in-poll = [Encuesta]
vk-in-gift = [Regalo]
vk-in-story = [Historia]
vk-in-call = [Llamada]
vk-in-article = [Artículo]
vk-in-forward = Reenviado de { $name }:
vk-in-unknown = [El mensaje no es compatible. Pide que lo envíen como texto o como archivo]

## VK: what its refusals mean, told to the manager

passport-vk-1 = VK no está disponible por ahora; se intenta de nuevo.
passport-vk-5 = VK ya no acepta la clave de acceso. Crea una nueva e ingrésala en las opciones de la fuente.
passport-vk-6 = VK limita la velocidad; el mensaje saldrá más tarde.
passport-vk-7 = A la clave de acceso le falta un permiso. Crea una con todos e ingrésala en las opciones.
passport-vk-9 = VK limita la velocidad; el mensaje saldrá más tarde.
passport-vk-10 = VK no está disponible por ahora; se intenta de nuevo.
passport-vk-14 = VK pide un captcha; se intenta de nuevo más tarde.
passport-vk-15m = Los mensajes de la comunidad están desactivados. Actívalos: Gestión → Mensajes.
passport-vk-15 = A la clave de acceso le falta un permiso. Crea una con todos e ingrésala en las opciones.
passport-vk-18 = La cuenta del cliente está eliminada o bloqueada. Busca otro contacto.
passport-vk-27m = VK deja a las comunidades responder en público solo bajo publicaciones. Responde en privado.
passport-vk-27 = VK ya no acepta la clave de acceso. Crea una nueva e ingrésala en las opciones de la fuente.
passport-vk-29 = Se alcanzó el límite diario de VK; el mensaje saldrá más tarde.
passport-vk-30 = El perfil del cliente es cerrado. Comunícate con él por otro medio.
passport-vk-100q = El mensaje citado ya no existe; se envió sin la cita.
passport-vk-100a = VK no aceptó el archivo. Adjúntalo de nuevo.
passport-vk-100r = VK no tiene esa reacción.
passport-vk-100 = VK rechazó el mensaje. ¿Está vacío? Cámbialo e intenta de nuevo.
passport-vk-105 = VK no pudo guardar el archivo. Adjúntalo de nuevo o envía un enlace.
passport-vk-129 = VK no pudo leer la imagen. Envíala como archivo.
passport-vk-212 = Los comentarios están cerrados aquí o el comentario ya no existe. Responde en privado.
passport-vk-222 = VK prohíbe enlaces en los comentarios. Envíalo sin el enlace o en privado.
passport-vk-223 = Demasiados comentarios; la respuesta saldrá más tarde.
passport-vk-900 = El cliente está en la lista negra de la comunidad. Quítalo en VK para escribirle.
passport-vk-901 = El cliente no permite mensajes. Pídele que escriba primero a la comunidad.
passport-vk-902 = La privacidad del cliente no permite mensajes. Comunícate con él por otro medio.
passport-vk-909 = Pasaron más de 24 horas; el mensaje no se puede cambiar.
passport-vk-911 = VK rechazó los botones; se enviaron como texto.
passport-vk-912 = Las funciones de bot están desactivadas en VK: los botones salieron como texto. Gestión → Mensajes → Bots.
passport-vk-913 = Demasiados mensajes reenviados. Envía menos.
passport-vk-914 = El texto es demasiado largo. Divídelo en partes de 9000 caracteres.
passport-vk-917 = La comunidad no está en este chat grupal. Pide que la agreguen.
passport-vk-920 = Este mensaje ya no se puede cambiar.
passport-vk-921 = El mensaje citado ya no existe; se envió sin la cita.
passport-vk-922 = La comunidad salió de este chat grupal. Pide que la agreguen.
passport-vk-925 = La comunidad no administra el chat grupal. Pide el permiso.
passport-vk-927 = El chat grupal no existe. Escribe directamente al cliente.
passport-vk-932 = VK no deja a la comunidad escribir aquí. Usa otro medio.
passport-vk-936 = VK no conoce a este cliente. Comunícate con él por otro medio.
passport-vk-940 = Demasiadas publicaciones en un mensaje. Envía menos.
passport-vk-944 = Se alcanzó el límite de VK de avisos a este cliente. Espera su mensaje.
passport-vk-945 = El chat grupal está desactivado. Escribe directamente al cliente.
passport-vk-950 = El tiempo para responder terminó. Espera el mensaje del cliente.
passport-vk-962 = Este chat es solo para suscriptores. Escribe directamente al cliente.
passport-vk-969 = El mensaje no se puede citar; se envió sin la cita.
passport-vk-983 = El chat no acepta mensajes o el cliente aún no dio permiso.
passport-vk-1009 = VK no muestra esta reacción aquí.
passport-vk-1012 = Escribir está desactivado en el chat grupal. Consulta a su administrador.
passport-vk-upload = VK no aceptó el archivo. Adjúntalo de nuevo o envía un enlace.
passport-vk-unknown = No se sabe si llegó. Pregunta al cliente o envíalo de nuevo.
passport-vk-other = VK rechazó el mensaje. Cámbialo e intenta de nuevo.
shadow-note-vk = Una comunidad tiene diez direcciones para sus eventos: una es de Parom, las demás no cambian
wizard-consent-vk = Iniciar sesión con VK
wizard-consent-hint-vk = En la página de VK, inicia sesión como administrador de la comunidad y confirma; después elige aquí las comunidades. VK te pedirá confirmarlas una vez más.
said-consent-none-vk = no administras ninguna comunidad. Inicia sesión como su administrador
