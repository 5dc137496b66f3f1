<?php echo "cart\n";
