# Machine-made: no native has read it yet.

## The kind

connector-avito = Avito
connector-avito-about = Los compradores escriben sobre tus anuncios. El primer mensaje incluye el anuncio, su precio y su dirección. Avito informa cuándo se lee un mensaje.

## Texts in a chat for things that amoCRM has no type for

avito-in-nameless = Avito { $id }
avito-in-about = [Anuncio] { $title }
avito-in-item = [Anuncio] { $title }
avito-in-missed-call = [Llamada perdida]
avito-in-call = [Llamada]
avito-in-file = [Archivo. Avito no lo comparte: ábrelo en el chat de Avito o pide un enlace]
avito-in-video = [Video. Avito no lo comparte: ábrelo en el chat de Avito o pide un enlace]
avito-in-unknown = [El mensaje no es compatible. Pide que lo envíen como texto o como imagen]

## A seller's account and where Avito posts its messages

said-avito-account = cuenta de Avito { $name }
said-avito-no-credentials = la fuente no tiene credenciales de Avito: ingresa el Client ID y el Client Secret
said-avito-no-app = este servidor no tiene una aplicación de Avito: conecta con el Client ID y el Client Secret
said-avito-unset = Avito no sabe a dónde enviar los mensajes
said-avito-file = no se puede leer la imagen ahora
said-avito-token-ended = Avito terminó el acceso antes de tiempo; Parom lo pide de nuevo
said-avito-answered = Avito respondió { $status } { $text }

## The wizard

wizard-consent-avito = Iniciar sesión con Avito
wizard-consent-hint-avito = En la página de Avito, inicia sesión como vendedor y confirma. Después vuelves aquí, sin nada que copiar.
wizard-avito-client-id = Client ID
wizard-avito-client-id-hint = En avito.ru abre “Para profesionales” → “Integraciones” (avito.ru/professionals/api). Avito abre esta API en su nivel de suscripción más alto; para servicios, en los dos más altos.
wizard-avito-client-secret = Client Secret
wizard-avito-client-secret-hint = En la misma página. Si emites allí un secreto nuevo, ingrésalo también aquí.
wizard-avito-incomplete = Ingresa el Client ID y también el Client Secret.
wizard-avito-bad-format = Copia el valor entero de avito.ru/professionals/api: no tiene espacios.
wizard-avito-mark-read = Marcar los chats como leídos en Avito cuando un agente responde
wizard-avito-mark-read-hint = Sin esta opción, los chats respondidos desde amoCRM quedan sin leer en la aplicación de Avito.

## Refusals

passport-avito-a1 = El vendedor revocó el acceso en Avito. Conecta la fuente de nuevo.
passport-avito-a2 = Avito rechaza el Client ID o Secret. Ingrésalos de nuevo desde avito.ru/professionals/api.
passport-avito-a3 = El plan de Avito no incluye la API de mensajes o no está pagado. Mejóralo o págalo; los mensajes esperan.
passport-avito-a4 = Avito niega el acceso: revisa la suscripción y la cuenta en Avito; los mensajes esperan.
passport-avito-a5 = No existe ese chat en Avito: un comprador debe escribir primero sobre un anuncio.
passport-avito-a6 = Avito no acepta este archivo. Envía una imagen más pequeña o un enlace.
passport-avito-a7 = Demasiadas solicitudes a Avito. Parom repite automáticamente.
passport-avito-a8 = El mensaje está vacío. Agrega texto.
passport-avito-a9 = No se sabe si el mensaje llegó. Revisa el chat en Avito.
passport-avito-400 = Avito rechazó el mensaje. Cámbialo e intenta de nuevo.
passport-avito-4xx = Avito rechazó el mensaje. Cámbialo e intenta de nuevo.
passport-avito-5xx = Avito falló. Intenta de nuevo más tarde.
