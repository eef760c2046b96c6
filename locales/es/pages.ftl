# Machine-made: no native has read it yet.

## Sign-in and error pages

sign-in-title = Iniciar sesión en el panel
sign-in-from-widget = Abre el panel desde el widget en { $crm }: no hace falta contraseña.
sign-in-link-sent = Si conocemos { $email }, el enlace va en camino. Vale 10 minutos.
sign-in-link-used = Este enlace ya se usó o venció. Pide uno nuevo.
session-ended =
    Tu sesión se cerró después de { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    } sin actividad. Lo que escribiste se conserva.
page-forbidden = Tu rol “{ $role }” no abre esta página. { $admins } puede cambiar el rol.
page-not-found = No existe esa página. Quizás fue eliminada.
page-error = Parom no pudo mostrar esta página. Los mensajes no se ven afectados. Intenta de nuevo en un minuto.
page-read-only = Parom no puede guardar nada ahora: puedes ver, pero no cambiar. Los mensajes llegarán en cuanto pueda.
page-busy = Parom está ocupado ahora. Los mensajes se reciben y se guardan; intenta de nuevo en un momento.
sign-in-email = Correo electrónico
sign-in-password = Contraseña
sign-in-button = Iniciar sesión
sign-in-or = o
sign-in-wrong = El correo o la contraseña no coinciden. Revisa los dos o pide un enlace.
sign-in-link-wait =
    { $minutes ->
        [one] Hace un momento se pidió un enlace para esta dirección. Abre el correo más reciente o intenta de nuevo en { $minutes } minuto.
       *[other] Hace un momento se pidió un enlace para esta dirección. Abre el correo más reciente o intenta de nuevo en { $minutes } minutos.
    }
sign-in-wait =
    Demasiados intentos. El próximo en { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
sign-in-link-hint = Un enlace de un solo uso a tu correo; no hace falta contraseña.
sign-in-link-send = Enviar un enlace
sign-in-link-no-mail = Este servidor no envía correos. Un propietario de la cuenta puede crear para ti un enlace de inicio de sesión en “Equipo”.
sign-in-link-title = Iniciar sesión
sign-in-link-open = El enlace inicia tu sesión una sola vez.
sign-in-link-account = El enlace inicia tu sesión en la cuenta { $account }.
sign-in-link-used-title = El enlace ya no funciona
sign-in-invited = Ya tienes una contraseña aquí. Inicia sesión para aceptar la invitación.
invitation-title = Invitación
invitation-text = Te invitaron a la cuenta { $account }.
invitation-button = Unirme
enter-title = Abrir el panel
enter-text = El enlace abre el panel de la cuenta { $account } como { $name }.
enter-instead = Ya iniciaste sesión. El enlace abre el panel de la cuenta { $account } como { $name } y termina tu sesión actual en este navegador.
enter-button = Abrir el panel
sign-in-code-title = Un paso más
sign-in-code = Código
sign-in-code-hint = Seis dígitos de tu aplicación de autenticación.
sign-in-code-wrong = El código no coincide o ya se usó. Espera el siguiente.
sign-in-code-restart = Diez códigos incorrectos seguidos. Empieza de nuevo; te avisamos por correo.
sign-in-code-lost = ¿Perdiste la aplicación? Un propietario de la cuenta o soporte puede desactivar la verificación en dos pasos.
sign-in-framed-title = Abre el panel en una pestaña
sign-in-framed = El navegador no mantiene tu sesión dentro de esta ventana. Abre el panel en su propia pestaña.
sign-in-framed-open = Abrir el panel
choose-title = Elige una cuenta
choose-none = Aún no perteneces a ninguna cuenta.
session-ended-title = Tu sesión está cerrada
session-title = Dónde iniciaste sesión
session-via = Cómo
session-via-password = Con contraseña
session-via-link = Con un enlace de un correo
session-via-handed = Con un enlace de un propietario
session-via-ticket = Desde el widget en { $crm }
session-via-operator = Soporte
session-via-new_authenticator = Con un enlace para un autenticador nuevo
session-since = Desde
session-this = esta sesión
session-end = Terminar
session-end-others = Terminar todas las demás
session-end-done = La sesión terminó.
me-title = Mi inicio de sesión
me-from-crm = Iniciaste sesión desde el widget en { $crm }, sin contraseña. Para entrar sin { $crm }, invita tu propio correo en “Equipo”.
password-current = Contraseña actual
password-current-or-code = La contraseña actual o un código del autenticador.
password-current-why = Protege tu contraseña en una sesión que dejaste abierta. ¿La olvidaste? Entra con un enlace.
password-current-wrong = Esta no es la contraseña actual.
password-new = Contraseña nueva
password-hint = Al menos 8 caracteres; tres o cuatro palabras funcionan bien. Tus otras sesiones terminan.
password-save = Guardar contraseña
password-set = La contraseña se guardó. Las otras sesiones terminaron.
password-short = Una contraseña tiene al menos { $shortest } caracteres.
password-long = Una contraseña tiene como máximo { $longest } caracteres.
password-common = Esta contraseña es fácil de adivinar. Elige otra.
two-step-why = Además de tu contraseña, Parom pide entonces un código de una aplicación de tu teléfono.
two-step-add = Configurar la verificación en dos pasos
two-step-scan = Escanea el código QR con una aplicación de autenticación y escribe el código que muestra.
two-step-picture = Código QR para la aplicación de autenticación
two-step-by-hand = O escribe esta clave en la aplicación:
two-step-turn-on = Activar
two-step-on = La verificación en dos pasos está activada.
two-step-off = La verificación en dos pasos está desactivada.
two-step-remove = Desactivar la verificación en dos pasos
two-step-demanded = Esta cuenta exige la verificación en dos pasos. Configúrala para abrir el panel.
two-step-by-mail = No puedes configurarla en esta sesión. Cierra sesión y entra con un enlace de tu correo.
two-step-by-link = Tu autenticador anterior fue quitado. Para conectar otro, entra con un enlace de un solo uso y hazlo en diez minutos.
me-changed-meanwhile = Tu contraseña o tu autenticador se acaban de cambiar en otro lugar. No se guardó nada; intenta de nuevo.
panel-switch = Otras cuentas
panel-looked-at = Soporte ve esta cuenta hasta { $stamp }: { $reason }. No se puede cambiar nada y los textos están ocultos.
page-forbidden-title = No es para tu rol
page-forbidden-looking = Esta página está cerrada aquí.
page-not-found-about = Quizás fue eliminada o su dirección tiene un error.
page-not-found-title = No existe esa página
page-error-title = No se pudo mostrar la página
page-unavailable-title = Intenta de nuevo en un minuto
page-unavailable = Parom no puede hacerlo ahora; no se cambió nada. Los mensajes se reciben y se guardan.
page-refused-title = No se pudo hacer
page-refused = No se cambió nada. Vuelve atrás para ver lo que escribiste.
page-too-large = El formulario es demasiado grande. No se cambió nada.
page-foreign-form-title = El formulario vino de otro sitio
page-foreign-form = El navegador dice que otro sitio envió este formulario. No se cambió nada. Abre la página en Parom y envíalo desde allí.
page-stale-form-title = La página está desactualizada
page-to-overview = Ir al resumen
page-to-sign-in = Ir a la página de inicio de sesión
page-to-panel = Abrir el panel
mail-link-subject = Enlace de inicio de sesión en Parom
mail-link-body =
    Usa este enlace para iniciar sesión en { $server }. Funciona una vez, en los próximos 10 minutos:

    { $link }

    Si no lo pediste, no hagas nada: sin el enlace nadie puede entrar.
mail-codes-subject = Parom: códigos incorrectos al iniciar sesión con tu nombre
mail-codes-body =
    Alguien empezó a iniciar sesión en { $server } con tu nombre, con tu contraseña o un enlace, y luego ingresó { $count } códigos incorrectos seguidos. El inicio de sesión se canceló; nadie entró.

    Si no fuiste tú, alguien puede saber tu contraseña: cámbiala en “Mi inicio de sesión” o entra con un enlace y pon una nueva.
mail-invite-subject = Parom: invitación a { $account }
mail-invite-body =
    { $name } te invita al panel de la cuenta { $account }. El enlace funciona una vez, durante 7 días:

    { $link }
session-seen = Última acción
theme-title = Apariencia
theme-auto = Como en el dispositivo
theme-light = Claro
theme-dark = Oscuro
page-too-fast = Demasiados intentos desde tu red. Intenta de nuevo en { $seconds } s.
panel-look-end = Volver a la administración

## Several accounts in one browser

enter-beside = Ya has iniciado sesión. El enlace abre el panel de la cuenta { $account } como { $name } al lado; lo que tienes abierto se conserva.
form-other-session = Esta página es de una sesión anterior. En esta pestaña ahora estás en la cuenta { $account }. No se ha cambiado nada en ella.
page-to-account = Ir a { $account }
panel-accounts = Cuentas en este navegador
panel-account-add = Iniciar sesión en otra cuenta
nav-sign-out-all = Cerrar sesión en todas las cuentas
sign-in-open = En este navegador tienes sesión iniciada en:
