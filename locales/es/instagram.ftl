# Machine-made: no native has read it yet.

## The kind

connector-instagram = Instagram
connector-instagram-about = Los clientes escriben a tu cuenta profesional, responden historias y comentan publicaciones. También llegan lecturas, reacciones y mensajes anulados. Los bots pueden responder durante 24 horas; los agentes, durante 7 días.

## What Instagram refuses (docs/errors.md)

passport-instagram-window = El cliente no escribe desde hace 24 h (7 días para personas). Espera a que escriba.
passport-instagram-not_receiving = El cliente no acepta tus mensajes. Comunícate con él por otro medio.
passport-instagram-blocked_by_person = El cliente bloqueó la cuenta o se fue. Comunícate con él por otro medio.
passport-instagram-unavailable = El cliente no está disponible ahora. Comunícate con él por otro medio.
passport-instagram-unknown_person = Instagram no conoce a este cliente: debe escribir primero.
passport-instagram-answered = Este comentario ya tiene una respuesta privada. Respóndelo en público o espera al cliente.
passport-instagram-not_privately = La respuesta privada es posible hasta 7 días después del comentario. Respóndelo en público.
passport-instagram-gone = Lo que respondes se eliminó en Instagram o el token no lo muestra.
passport-instagram-too_long = El texto es demasiado largo para Instagram. Acórtalo.
passport-instagram-too_large = El archivo es demasiado grande para Instagram. Envía un enlace.
passport-instagram-not_taken = Instagram no aceptó este archivo. Envía otro formato o un enlace.
passport-instagram-quote = El mensaje citado ya no existe. Envía sin la cita.
passport-instagram-token = El token de acceso ya no vale. Ingresa uno nuevo en las opciones de la fuente.
passport-instagram-session = Instagram pide un token de acceso nuevo. Ingrésalo en las opciones de la fuente.
passport-instagram-permission = A la aplicación le falta un permiso para mensajes o comentarios. Otórgalo de nuevo.
passport-instagram-permissions = A la aplicación le falta un permiso de esta cuenta. Conecta la cuenta de nuevo.
passport-instagram-restricted = Meta restringió esta cuenta por un tiempo. Mira su página de calidad de la cuenta.
passport-instagram-app_rate = Se alcanzó el límite de llamadas de la aplicación. Parom intenta de nuevo.
passport-instagram-user_rate = La cuenta hace demasiado a la vez. Parom intenta de nuevo.
passport-instagram-page_rate = Se alcanzó el límite de llamadas de la cuenta. Parom intenta de nuevo.
passport-instagram-rate = Instagram pide ir más despacio. Parom intenta de nuevo.
passport-instagram-use_case_rate = Se alcanzó el límite de llamadas a Instagram. Parom intenta de nuevo.
passport-instagram-temporary = Instagram no funciona ahora. Parom intenta de nuevo.
passport-instagram-unsent = Instagram no pudo enviarlo. Parom intenta de nuevo.
passport-instagram-empty = El mensaje no tiene texto. Escribe algo.
passport-instagram-busy = Instagram tiene demasiadas llamadas. Parom intenta de nuevo.
passport-instagram-server = Instagram no responde. Parom intenta de nuevo.
passport-instagram-parameter = Instagram no aceptó el mensaje. Cámbialo y envíalo de nuevo.
passport-instagram-other = Instagram rechazó el mensaje. Cámbialo y envíalo de nuevo.

## The wizard

wizard-ig-account = ID de la cuenta
wizard-ig-account-hint = Dígitos, 1784…: el ID de la cuenta profesional, junto a su token en tu app en developers.facebook.com.
wizard-ig-token = Token de acceso
wizard-ig-token-hint = En tu app en developers.facebook.com, abre Instagram → API setup with Instagram login y haz clic en Generate token. Parom lo renueva antes de que pasen sus 60 días.
wizard-consent-instagram = Iniciar sesión con Instagram
wizard-consent-hint-instagram = En la página de Instagram, inicia sesión en la cuenta profesional y confirma. Después vuelves aquí, sin copiar nada.
