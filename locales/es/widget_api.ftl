# Machine-made: no native has read it yet.

## Widget: what the server says

problem-conflict = Esto entra en conflicto con datos existentes
problem-session_ended = La sesión ha terminado
problem-bad_token = No se pudo confirmar tu identidad
problem-foreign_page = Esta página no puede llamar a Parom
problem-changed_meanwhile = Otra persona ha cambiado esto
problem-crm_refused = { $crm } lo rechazó
problem-crm_unpaid = { $crm } no está pagado
problem-crm_blocked = { $crm } ha bloqueado la cuenta
problem-crm_limit = { $crm } no acepta más fuentes
problem-channel_not_connected = El canal de chats no está conectado
problem-no_source = Aún no hay ninguna fuente
problem-deleted_in_crm = La fuente fue eliminada
widget-said-session_ended = La sesión ha terminado. Abre la ventana de nuevo.
widget-said-bad_token = { $crm } no confirmó quién eres. Vuelve a cargar la página.
widget-said-foreign_page = Abre el widget dentro de tu cuenta de { $crm }.
widget-said-provisioning = { $crm } acaba de instalar la integración. Parom está terminando la configuración; tarda menos de un minuto.
widget-said-not_admin = Solo un administrador de la cuenta de { $crm } puede hacerlo.
widget-said-wrong_credentials = El usuario o la contraseña no coinciden. Revisa el idioma del teclado y Bloq Mayús.
widget-said-wrong_account = Esta ventana es de otra cuenta de { $crm }. Vuelve a cargar la página.
widget-said-too_many_tries =
    Demasiados intentos. El próximo será posible en { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
widget-said-rate_limited =
    Demasiadas solicitudes a la vez. Espera { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
widget-said-logins_away =
    El servicio que comprueba los usuarios no responde. Inténtalo de nuevo en { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
widget-said-unavailable =
    Ahora no es posible. No ha cambiado nada. Inténtalo de nuevo en { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
widget-said-internal = Parom no pudo hacerlo. Los mensajes no se ven afectados. Inténtalo de nuevo y, si no funciona, escribe a soporte.
widget-said-not_found = Esto ya no existe. Tal vez fue eliminado: vuelve a cargar la ventana.
widget-said-validation = Hay que corregir algunos campos.
widget-said-source_limit = Todas las fuentes están en uso. Elimina una que ya no necesites.
widget-said-plan_kind = Tu plan no incluye fuentes de este tipo. Escribe a soporte para cambiarlo.
widget-said-external_id_taken = Ya existe una fuente con este identificador.
widget-said-tenant_inactive = Las fuentes solo se pueden cambiar mientras la cuenta está conectada y { $crm } da acceso a Parom.
widget-said-crm_refused = { $crm } lo rechazó. Dice: { $detail }
widget-said-crm_unpaid = { $crm } no está pagado y por eso lo rechaza. No ha cambiado nada: paga en { $crm } e inténtalo de nuevo.
widget-said-crm_blocked = { $crm } ha bloqueado esta cuenta. No ha cambiado nada: escribe a soporte e inténtalo de nuevo cuando { $crm } te dé acceso.
widget-said-crm_limit = { $crm } no acepta más fuentes en esta cuenta. Dice: { $detail }
widget-said-channel_not_connected = El canal de chats aún no está conectado a esta cuenta. Conéctalo primero.
widget-said-no_source = Primero agrega una fuente: reemplazará a la que creó { $crm }.
widget-said-deleted_in_crm = Esta fuente fue eliminada en { $crm }. Primero créala allí de nuevo.
widget-said-idempotency_running = La misma solicitud todavía está en curso. Espera un momento.
widget-rights-unknown = { $crm } no puede confirmar ahora si eres administrador, así que no se puede cambiar nada. Abre la ventana de nuevo en un minuto.
widget-someone = Alguien
