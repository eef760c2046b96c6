<?php

// For projects without Composer.

spl_autoload_register(function (string $class): void {
    if (str_starts_with($class, 'Parom\\')) {
        require __DIR__ . '/src/' . substr($class, strlen('Parom\\')) . '.php';
    }
});
