# Machine-made: no native has read it yet.

## The kind

connector-facebook = Facebook Messenger
connector-facebook-about = Los clientes escriben a tu página y comentan sus publicaciones. También llegan entregas, lecturas y reacciones. Los bots pueden responder durante 24 horas; los agentes, durante 7 días.

## What Messenger refuses (docs/errors.md)

passport-facebook-window = El cliente no escribe desde hace 24 h (7 días para personas). Espera a que escriba.
passport-facebook-not_receiving = El cliente no acepta tus mensajes. Comunícate con él por otro medio.
passport-facebook-blocked_by_person = El cliente bloqueó la cuenta o se fue. Comunícate con él por otro medio.
passport-facebook-unavailable = El cliente no está disponible ahora. Comunícate con él por otro medio.
passport-facebook-unknown_person = Messenger no conoce a este cliente: debe escribir primero.
passport-facebook-answered = Este comentario ya tiene una respuesta privada. Respóndelo en público o espera al cliente.
passport-facebook-not_privately = La respuesta privada es posible hasta 7 días después del comentario. Respóndelo en público.
passport-facebook-gone = Lo que respondes se eliminó en Messenger o el token no lo muestra.
passport-facebook-too_long = El texto es demasiado largo para Messenger. Acórtalo.
passport-facebook-too_large = El archivo es demasiado grande para Messenger. Envía un enlace.
passport-facebook-not_taken = Messenger no aceptó este archivo. Envía otro formato o un enlace.
passport-facebook-quote = El mensaje citado ya no existe. Envía sin la cita.
passport-facebook-token = El token de acceso ya no vale. Ingresa uno nuevo en las opciones de la fuente.
passport-facebook-session = Messenger pide un token de acceso nuevo. Ingrésalo en las opciones de la fuente.
passport-facebook-permission = A la aplicación le falta un permiso para mensajes o comentarios. Otórgalo de nuevo.
passport-facebook-permissions = A la aplicación le falta un permiso de esta cuenta. Conecta la cuenta de nuevo.
passport-facebook-restricted = Meta restringió esta cuenta por un tiempo. Mira su página de calidad de la cuenta.
passport-facebook-app_rate = Se alcanzó el límite de llamadas de la aplicación. Parom intenta de nuevo.
passport-facebook-user_rate = La cuenta hace demasiado a la vez. Parom intenta de nuevo.
passport-facebook-page_rate = Se alcanzó el límite de llamadas de la cuenta. Parom intenta de nuevo.
passport-facebook-rate = Messenger pide ir más despacio. Parom intenta de nuevo.
passport-facebook-use_case_rate = Se alcanzó el límite de llamadas a Messenger. Parom intenta de nuevo.
passport-facebook-temporary = Messenger no funciona ahora. Parom intenta de nuevo.
passport-facebook-unsent = Messenger no pudo enviarlo. Parom intenta de nuevo.
passport-facebook-empty = El mensaje no tiene texto. Escribe algo.
passport-facebook-busy = Messenger tiene demasiadas llamadas. Parom intenta de nuevo.
passport-facebook-server = Messenger no responde. Parom intenta de nuevo.
passport-facebook-parameter = Messenger no aceptó el mensaje. Cámbialo y envíalo de nuevo.
passport-facebook-other = Messenger rechazó el mensaje. Cámbialo y envíalo de nuevo.

## The wizard

wizard-fb-page = ID de la página
wizard-fb-page-hint = Solo dígitos. En la página, abre Información → Transparencia de la página; o mira Configuración en Meta Business Suite.
wizard-fb-token = Token de acceso de la página
wizard-fb-verify-hint = Cualquier texto que elijas. Parom lo envía a Meta junto con su dirección.
wizard-fb-verify-optional-hint = Solo con una app propia: cualquier texto que elijas. Parom lo envía a Meta junto con su dirección.
wizard-fb-token-hint = En tu app en developers.facebook.com, abre Messenger → Settings, elige la página y haz clic en Generate. Se necesitan pages_messaging, pages_manage_metadata, pages_read_engagement.
wizard-consent-facebook = Iniciar sesión con Facebook
wizard-consent-hint-facebook = En la página de Facebook, inicia sesión, elige tus páginas y confirma. Después vuelves aquí, sin copiar nada.
said-consent-none-facebook = no se eligió ninguna página que administres. Elige al menos una en la página de Facebook
