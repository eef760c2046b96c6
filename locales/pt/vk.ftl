# Machine-made: no native has read it yet.

## VK: its card in the wizard

connector-vk = Comunidade do VK
connector-vk-about = Os clientes escrevem para sua comunidade. Arquivos, respostas, botões, reações e edições vão nos dois sentidos; comentários também chegam. O VK informa quando uma mensagem é lida.
wizard-slow-vk-1 = As mensagens da comunidade estão ativadas? Gerenciar → Mensagens.
wizard-slow-vk-2 = É a comunidade certa? Compare o nome.
wizard-slow-vk-3 = O VK confirmou este servidor? Teste a fonte: ela mostra para onde vão as mensagens.

## VK: settings

wizard-vk-group = Número da comunidade
wizard-vk-group-hint = Os dígitos do endereço: 223344556 para vk.com/club223344556. Se o endereço for uma palavra, veja Gerenciar → Configurações.
wizard-vk-bad-group = Isto não é o número de uma comunidade. Ele tem só dígitos, como 223344556.
wizard-vk-token = Chave de acesso da comunidade
wizard-vk-token-hint = Na comunidade abra Gerenciar → Uso da API → Chaves de acesso, crie uma chave e marque: gerenciamento da comunidade, mensagens, fotos, arquivos, mural. As mensagens da comunidade precisam estar ativadas.
wizard-vk-bad-token = Isto não é uma chave de acesso. Copie a linha inteira que começa com vk1.a.
wizard-vk-refused = O VK não aceita esta chave de acesso. Crie uma nova na comunidade: Gerenciar → Uso da API → Chaves de acesso.
wizard-vk-no-right = Falta uma permissão à chave de acesso. Crie uma chave com todas as permissões indicadas aqui.

## VK: what a check found

said-vk-token = falta o número ou a chave de acesso da comunidade
said-vk-group = a comunidade “{ $name }” responde
said-vk-no-wall = a comunidade “{ $name }” responde; sem a permissão “mural” não é possível responder comentários em público
said-vk-other-group = a chave de acesso é de outra comunidade. Verifique o número
said-vk-rights = faltam permissões à chave de acesso: { $rights }. Crie uma chave com todas
said-vk-servers = a comunidade já tem 10 servidores de Callback. Remova um em Gerenciar → Uso da API → Callback API
said-vk-unset = O VK não sabe para onde enviar as mensagens
said-vk-failed = O VK não alcançou este servidor ou não recebeu a resposta certa. O Parom o registra novamente automaticamente
said-vk-refused = O VK respondeu: { $text }
said-vk-answered = O VK respondeu { $code }: { $text }
said-vk-unreadable = O VK respondeu algo que não pode ser lido
said-vk-file = não foi possível ler aqui o arquivo para o VK

## VK: texts in a chat for things that amoCRM has no type for

vk-in-nameless = VK { $id }
vk-in-video = [Vídeo]
vk-in-audio = [Música]
vk-in-photo = [Imagem]
vk-in-file = [Arquivo]
vk-in-post = [Publicação]
vk-in-comment = [Comentário]
vk-in-product = [Produto]
vk-in-products = [Produtos]
vk-in-poll = [Enquete]
vk-in-gift = [Presente]
vk-in-story = [Story]
vk-in-call = [Chamada]
vk-in-article = [Artigo]
vk-in-forward = Encaminhado de { $name }:
vk-in-unknown = [A mensagem não é compatível. Peça para enviar como texto ou como arquivo]

## VK: what its refusals mean, told to the manager

passport-vk-1 = O VK não está disponível agora; nova tentativa em andamento.
passport-vk-5 = O VK não aceita mais a chave de acesso. Crie uma nova e insira-a nas configurações da fonte.
passport-vk-6 = O VK limita a velocidade; a mensagem vai sair mais tarde.
passport-vk-7 = Falta uma permissão à chave de acesso. Crie uma com todas e insira-a nas configurações.
passport-vk-9 = O VK limita a velocidade; a mensagem vai sair mais tarde.
passport-vk-10 = O VK não está disponível agora; nova tentativa em andamento.
passport-vk-14 = O VK pede um captcha; nova tentativa mais tarde.
passport-vk-15m = As mensagens da comunidade estão desativadas. Ative-as: Gerenciar → Mensagens.
passport-vk-15 = Falta uma permissão à chave de acesso. Crie uma com todas e insira-a nas configurações.
passport-vk-18 = A conta do cliente foi excluída ou bloqueada. Procure outro contato.
passport-vk-27m = O VK deixa as comunidades responderem em público só em publicações. Responda em particular.
passport-vk-27 = O VK não aceita mais a chave de acesso. Crie uma nova e insira-a nas configurações da fonte.
passport-vk-29 = O limite diário do VK foi atingido; a mensagem vai sair mais tarde.
passport-vk-30 = O perfil do cliente é fechado. Fale com ele por outro meio.
passport-vk-100q = A mensagem citada não existe mais; foi enviado sem a citação.
passport-vk-100a = O VK não aceitou o arquivo. Anexe novamente.
passport-vk-100r = O VK não tem essa reação.
passport-vk-100 = O VK recusou a mensagem. Ela está vazia? Mude-a e tente novamente.
passport-vk-105 = O VK não conseguiu guardar o arquivo. Anexe novamente ou envie um link.
passport-vk-129 = O VK não conseguiu ler a imagem. Envie como arquivo.
passport-vk-212 = Os comentários estão fechados aqui ou o comentário não existe mais. Responda em particular.
passport-vk-222 = O VK proíbe links nos comentários. Envie sem o link ou em particular.
passport-vk-223 = Comentários demais; a resposta vai sair mais tarde.
passport-vk-900 = O cliente está na lista negra da comunidade. Remova-o no VK para escrever.
passport-vk-901 = O cliente não permite mensagens. Peça que ele escreva antes à comunidade.
passport-vk-902 = A privacidade do cliente não permite mensagens. Fale com ele por outro meio.
passport-vk-909 = Passaram mais de 24 horas; a mensagem não pode ser alterada.
passport-vk-911 = O VK recusou os botões; eles foram enviados como texto.
passport-vk-912 = As funções de bot estão desativadas no VK: os botões saíram como texto. Gerenciar → Mensagens → Bots.
passport-vk-913 = Mensagens encaminhadas demais. Envie menos.
passport-vk-914 = O texto é longo demais. Divida em partes de 9000 caracteres.
passport-vk-917 = A comunidade não está neste chat em grupo. Peça para adicioná-la.
passport-vk-920 = Esta mensagem não pode mais ser alterada.
passport-vk-921 = A mensagem citada não existe mais; foi enviado sem a citação.
passport-vk-922 = A comunidade saiu deste chat em grupo. Peça para adicioná-la.
passport-vk-925 = A comunidade não administra o chat em grupo. Peça a permissão.
passport-vk-927 = O chat em grupo não existe. Escreva diretamente ao cliente.
passport-vk-932 = O VK não deixa a comunidade escrever aqui. Use outro meio.
passport-vk-936 = O VK não conhece este cliente. Fale com ele por outro meio.
passport-vk-940 = Publicações demais em uma mensagem. Envie menos.
passport-vk-944 = O limite do VK de avisos a este cliente foi atingido. Espere a mensagem dele.
passport-vk-945 = O chat em grupo está desativado. Escreva diretamente ao cliente.
passport-vk-950 = O tempo para responder acabou. Espere a mensagem do cliente.
passport-vk-962 = Este chat é só para assinantes. Escreva diretamente ao cliente.
passport-vk-969 = A mensagem não pode ser citada; foi enviado sem a citação.
passport-vk-983 = O chat não aceita mensagens ou o cliente ainda não deu permissão.
passport-vk-1009 = O VK não mostra esta reação aqui.
passport-vk-1012 = A escrita está desativada no chat em grupo. Fale com o administrador dele.
passport-vk-upload = O VK não aceitou o arquivo. Anexe novamente ou envie um link.
passport-vk-unknown = Não se sabe se chegou. Pergunte ao cliente ou envie novamente.
passport-vk-other = O VK recusou a mensagem. Mude-a e tente novamente.
shadow-note-vk = Uma comunidade tem dez endereços para seus eventos: um é do Parom, os outros não mudam
wizard-consent-vk = Entrar com o VK
wizard-consent-hint-vk = Na página do VK, entre como administrador da comunidade e confirme; depois escolha as comunidades aqui. O VK pedirá para confirmá-las mais uma vez.
said-consent-none-vk = você não administra nenhuma comunidade. Entre como administrador dela
