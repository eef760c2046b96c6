# Machine-made: no native has read it yet.

## Sign-in and error pages

sign-in-title = Entrar no painel
sign-in-from-widget = Abra o painel pelo widget no { $crm }: não é preciso senha.
sign-in-link-sent = Se { $email } for conhecido aqui, o link está a caminho. Vale por 10 minutos.
sign-in-link-used = Este link já foi usado ou venceu. Peça um novo.
session-ended =
    Sua sessão foi encerrada após { $hours ->
        [one] { $hours } hora
       *[other] { $hours } horas
    } sem atividade. O que você digitou foi mantido.
page-forbidden = Sua função “{ $role }” não abre esta página. { $admins } pode mudar a função.
page-not-found = Essa página não existe. Talvez tenha sido excluída.
page-error = O Parom não conseguiu mostrar esta página. As mensagens não são afetadas. Tente novamente em um minuto.
page-read-only = O Parom não consegue salvar nada agora: você pode ver, mas não alterar. As mensagens chegarão assim que conseguir.
page-busy = O Parom está ocupado agora. As mensagens são recebidas e guardadas; tente novamente em um instante.
sign-in-email = E-mail
sign-in-password = Senha
sign-in-button = Entrar
sign-in-or = ou
sign-in-wrong = O e-mail ou a senha não conferem. Verifique os dois ou peça um link.
sign-in-link-wait =
    { $minutes ->
        [one] Um link para este endereço foi pedido há pouco. Abra o e-mail mais recente ou tente novamente em { $minutes } minuto.
       *[other] Um link para este endereço foi pedido há pouco. Abra o e-mail mais recente ou tente novamente em { $minutes } minutos.
    }
sign-in-wait =
    Tentativas demais. A próxima em { $seconds ->
        [one] { $seconds } segundo
       *[other] { $seconds } segundos
    }.
sign-in-link-hint = Um link de uso único no seu e-mail; não é preciso senha.
sign-in-link-send = Enviar um link
sign-in-link-no-mail = Este servidor não envia e-mails. Um proprietário da conta pode criar um link de entrada para você em “Equipe”.
sign-in-link-title = Entrar
sign-in-link-open = O link deixa você entrar uma vez.
sign-in-link-account = O link deixa você entrar na conta { $account }.
sign-in-link-used-title = O link não funciona mais
sign-in-invited = Você já tem uma senha aqui. Entre para aceitar o convite.
invitation-title = Convite
invitation-text = Você foi convidado para a conta { $account }.
invitation-button = Participar
enter-title = Abrir o painel
enter-text = O link abre o painel da conta { $account } como { $name }.
enter-instead = Você já entrou. O link abre o painel da conta { $account } como { $name } e encerra sua sessão atual neste navegador.
enter-button = Abrir o painel
sign-in-code-title = Mais um passo
sign-in-code = Código
sign-in-code-hint = Seis dígitos do seu aplicativo autenticador.
sign-in-code-wrong = O código não confere ou já foi usado. Espere o próximo.
sign-in-code-restart = Dez códigos errados seguidos. Comece novamente; avisamos você por e-mail.
sign-in-code-lost = Perdeu o aplicativo? Um proprietário da conta ou o suporte pode desativar a verificação em duas etapas.
sign-in-framed-title = Abra o painel em uma aba
sign-in-framed = O navegador não mantém sua sessão dentro desta janela. Abra o painel na própria aba.
sign-in-framed-open = Abrir o painel
choose-title = Escolha uma conta
choose-none = Você ainda não pertence a nenhuma conta.
session-ended-title = Sua sessão foi encerrada
session-title = Onde você entrou
session-via = Como
session-via-password = Com senha
session-via-link = Com um link de um e-mail
session-via-handed = Com um link de um proprietário
session-via-ticket = Pelo widget no { $crm }
session-via-operator = Suporte
session-via-new_authenticator = Com um link para um novo autenticador
session-since = Desde
session-this = esta sessão
session-end = Encerrar
session-end-others = Encerrar todas as outras
session-end-done = A sessão foi encerrada.
me-title = Meu acesso
me-from-crm = Você entrou pelo widget no { $crm }, sem senha. Para entrar sem o { $crm }, convide seu próprio e-mail em “Equipe”.
password-current = Senha atual
password-current-or-code = A senha atual ou um código do autenticador.
password-current-why = Protege sua senha em uma sessão que você deixou aberta. Esqueceu? Entre com um link.
password-current-wrong = Esta não é a senha atual.
password-new = Nova senha
password-hint = Pelo menos 8 caracteres; três ou quatro palavras funcionam bem. Suas outras sessões são encerradas.
password-save = Salvar senha
password-set = A senha foi salva. As outras sessões foram encerradas.
password-short = Uma senha tem pelo menos { $shortest } caracteres.
password-long = Uma senha tem no máximo { $longest } caracteres.
password-common = Esta senha é fácil de adivinhar. Escolha outra.
two-step-why = Além da sua senha, o Parom passa a pedir um código de um aplicativo do seu celular.
two-step-add = Configurar a verificação em duas etapas
two-step-scan = Leia o código QR com um aplicativo autenticador e digite o código que ele mostra.
two-step-picture = Código QR para o aplicativo autenticador
two-step-by-hand = Ou digite esta chave no aplicativo:
two-step-turn-on = Ativar
two-step-on = A verificação em duas etapas está ativada.
two-step-off = A verificação em duas etapas está desativada.
two-step-remove = Desativar a verificação em duas etapas
two-step-demanded = Esta conta exige a verificação em duas etapas. Configure-a para abrir o painel.
two-step-by-mail = Você não pode configurá-la nesta sessão. Saia e entre com um link do seu e-mail.
two-step-by-link = Seu autenticador anterior foi removido. Para conectar outro, entre com um link de uso único e faça isso em dez minutos.
me-changed-meanwhile = Sua senha ou seu autenticador acabaram de ser alterados em outro lugar. Nada foi salvo; tente novamente.
panel-switch = Outras contas
panel-looked-at = O suporte vê esta conta até { $stamp }: { $reason }. Nada pode ser alterado e os textos estão ocultos.
page-forbidden-title = Não é para a sua função
page-forbidden-looking = Esta página está fechada aqui.
page-not-found-about = Ela pode ter sido excluída ou o endereço tem um erro.
page-not-found-title = Essa página não existe
page-error-title = Não foi possível mostrar a página
page-unavailable-title = Tente novamente em um minuto
page-unavailable = O Parom não pode fazer isso agora; nada foi alterado. As mensagens são recebidas e guardadas.
page-refused-title = Não foi possível fazer isso
page-refused = Nada foi alterado. Volte para ver o que você digitou.
page-too-large = O formulário é grande demais. Nada foi alterado.
page-foreign-form-title = O formulário veio de outro site
page-foreign-form = O navegador diz que outro site enviou este formulário. Nada foi alterado. Abra a página no Parom e envie por lá.
page-stale-form-title = A página está desatualizada
page-to-overview = Ir para a visão geral
page-to-sign-in = Ir para a página de entrada
page-to-panel = Abrir o painel
mail-link-subject = Link de entrada no Parom
mail-link-body =
    Use este link para entrar em { $server }. Ele funciona uma vez, nos próximos 10 minutos:

    { $link }

    Se você não o pediu, não faça nada: sem o link ninguém consegue entrar.
mail-codes-subject = Parom: códigos errados ao entrar em seu nome
mail-codes-body =
    Alguém começou a entrar em { $server } em seu nome, com sua senha ou um link, e depois digitou { $count } códigos errados seguidos. A entrada foi cancelada; ninguém entrou.

    Se não foi você, alguém pode saber sua senha: mude-a em “Meu acesso” ou entre com um link e defina uma nova.
mail-invite-subject = Parom: convite para { $account }
mail-invite-body =
    { $name } convida você para o painel da conta { $account }. O link funciona uma vez, por 7 dias:

    { $link }
session-seen = Última ação
theme-title = Aparência
theme-auto = Como no dispositivo
theme-light = Claro
theme-dark = Escuro
page-too-fast = Tentativas demais da sua rede. Tente novamente em { $seconds } s.
panel-look-end = Voltar à administração

## Several accounts in one browser

enter-beside = Você já entrou. O link abre o painel da conta { $account } como { $name } ao lado; o que está aberto permanece.
form-other-session = Esta página é de uma sessão anterior. Nesta aba você está agora na conta { $account }. Nada foi alterado nela.
page-to-account = Ir para { $account }
panel-accounts = Contas neste navegador
panel-account-add = Entrar em outra conta
nav-sign-out-all = Sair de todas as contas
sign-in-open = Neste navegador você entrou em:
