# Machine-made: no native has read it yet.

## Install (browser pages around the amoCRM consent)

install-title = Conectar o Parom ao { $crm }
install-will-do = O Parom vai criar fontes, receber e enviar mensagens de chat e ler funis, contatos e usuários.
install-will-not = O Parom não exclui leads nem contatos e não lê e-mails nem ligações.
install-need-admin = Só um administrador da conta do { $crm } pode permitir o acesso.
install-allow = Ir para o { $crm }
install-done-title = A conta { $account } está conectada
install-tick-authorised = O { $crm } deu acesso
install-tick-channel = O canal de chats está conectado
install-add-first-source = Adicionar a primeira fonte
install-open-panel = Abrir o painel
install-denied = O acesso não foi permitido. Nada mudou no { $crm }.
install-state-mismatch = Esta janela foi aberta em outra sessão. Comece a conexão novamente por aqui.
install-host-refused = “{ $host }” não é um endereço do { $crm }. O Parom não enviou nada para lá.
install-channel-failed = O acesso foi dado, mas o { $crm } não conecta o canal. O Parom continua tentando; você pode fechar esta página.
install-unknown-title = Essa integração não existe
install-unknown = O Parom não tem nenhuma integração neste endereço. Peça o endereço certo a quem passou este a você.
install-paused-title = As novas instalações estão pausadas
install-paused = No momento, contas novas para o Parom não podem ser conectadas. Para as contas conectadas nada muda.
install-paused-known = Continuar: minha conta já esteve conectada
install-choose = Conectar por “{ $name }”
install-start-again = Começar novamente
install-denied-title = O acesso não foi permitido
install-state-title = Comece a conexão novamente
install-host-title = Este não é um endereço do { $crm }
install-no-code-title = Falta a confirmação
install-no-code = O { $crm } envia as pessoas para cá com um código de confirmação. Este endereço não tem código, então nada foi conectado.
install-unclear-title = Não está claro de qual integração se trata
install-unclear = A chamada da conta { $host } foi guardada para o suporte. Comece novamente pelo endereço que você recebeu.
install-channel-not-allowed = O canal de chats ainda não está aberto para a conta { $account }. O suporte já sabe; o Parom continua tentando sozinho.
install-support = Escrever ao suporte
install-open-account = Abrir o { $crm }
install-later-title = O Parom está terminando a configuração
install-later = O { $crm } não responde como deveria. O Parom continua tentando por 20 minutos; você pode fechar esta página.
install-failed-title = A conta não está conectada
install-failed = O { $crm } não aceitou a confirmação. Ela serve uma única vez, por 20 minutos. Comece novamente.
install-not-enough-title = O acesso continua perdido
install-not-enough = Seu acesso foi salvo, mas fontes e modelos precisam do acesso de um administrador. As mensagens continuam nos dois sentidos.
install-details = Detalhes
install-product = Parom
